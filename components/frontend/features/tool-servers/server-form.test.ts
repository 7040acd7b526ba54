import { type McpServer, UpdateMcpServersRequest } from "@pilothouse/contracts";
import { describe, expect, it } from "vitest";
import { draftOf, EMPTY_SERVER, problemsOf, serverOf, summaryOf, variablesIn } from "./server-form.ts";

const rules = { taken: ["linear"], allowsVariables: true };

describe("the form of a tool server", () => {
  it.each<McpServer>([
    { type: "stdio", command: "npx", args: ["-y", "a server"], env: { LEVEL: "a=b" } },
    { type: "http", url: "https://mcp.example.com/${TENANT}/mcp", headers: { Authorization: "Bearer ${TOKEN}" } },
    { type: "sse", url: "http://10.0.0.1:8080/sse" },
  ])("keeps %j as it is", (server) => {
    const draft = draftOf("name", server);
    expect(problemsOf(draft, rules)).toEqual({});
    expect(serverOf(draft)).toEqual(server);
    expect(UpdateMcpServersRequest.safeParse({ custom: { name: serverOf(draft) } }).error).toBeUndefined();
  });

  it("says which field is wrong", () => {
    const wrong = (draft: Partial<typeof EMPTY_SERVER>) =>
      Object.keys(problemsOf({ ...EMPTY_SERVER, name: "x", url: "https://x.test", ...draft }, rules));
    expect(wrong({})).toEqual([]);
    expect(wrong({ name: "a b" })).toEqual(["name"]);
    expect(wrong({ name: "linear" })).toEqual(["name"]);
    expect(wrong({ url: "mcp.example.com" })).toEqual(["url"]);
    expect(wrong({ url: "https://" })).toEqual(["url"]);
    expect(wrong({ headers: "no colon" })).toEqual(["headers"]);
    expect(wrong({ type: "stdio" })).toEqual(["command"]);
    expect(wrong({ type: "stdio", command: "x", env: "1A=b" })).toEqual(["env"]);
  });

  it("lets no secret into the agent's container, nor to a host that a session chose", () => {
    const stdio = { ...EMPTY_SERVER, name: "x", type: "stdio", command: "run", env: "KEY=${TOKEN}" } as const;
    expect(Object.keys(problemsOf(stdio, rules))).toEqual(["env"]);
    const http = { ...EMPTY_SERVER, name: "x", url: "https://x.test/", headers: "X-Key: ${TOKEN}" };
    expect(problemsOf(http, rules)).toEqual({});
    expect(Object.keys(problemsOf(http, { ...rules, allowsVariables: false }))).toEqual(["headers"]);
  });

  it("names variables once, and a server in one line", () => {
    expect(variablesIn("${A}/${B}", "x ${A} $C")).toEqual(["A", "B"]);
    expect(summaryOf({ type: "stdio", command: "npx", args: ["-y", "it"] })).toBe("npx -y it");
  });
});
