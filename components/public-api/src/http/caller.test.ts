import { describe, expect, it } from "vitest";
import { projectOf, projectOfKey } from "./caller.ts";

const jwt = (claims: unknown): string =>
  ["{}", typeof claims === "string" ? claims : JSON.stringify(claims), "signature"]
    .map((part) => Buffer.from(part).toString("base64url"))
    .join(".");
const key = jwt({ sub: "system:serviceaccount:team-a:ci-key", exp: 1 });

describe("the project of a request", () => {
  it("is the header's, also with a project key", () => {
    expect(projectOf("team-b", "opaque")).toBe("team-b");
    expect(projectOf("team-b", key)).toBe("team-b");
  });

  it("is that of the key when there is no header", () => {
    expect(projectOf(undefined, key)).toBe("team-a");
    expect(projectOf("", key)).toBe("team-a");
  });

  it.each(["Team", "a/b", "..", "a".repeat(64), "a b"])("is never %s", (header) => {
    expect(() => projectOf(header, key)).toThrow(/X-Project: must be/);
  });

  it.each([
    ["no JWT", "opaque-token"],
    ["a user's", jwt({ sub: "alice" })],
    ["without subject", jwt({ iss: "x" })],
    ["of no object", jwt("null")],
    ["of no JSON", jwt("{")],
    ["of a namespace that is none", jwt({ sub: "system:serviceaccount:../x:y" })],
    ["with a subject of more parts", jwt({ sub: "system:serviceaccount:a:b:c" })],
    ["without a signature", "e30.e30"],
  ])("cannot be told from a token %s", (_name, token) => {
    expect(projectOfKey(token)).toBeUndefined();
    expect(() => projectOf(undefined, token)).toThrow(expect.objectContaining({ code: "PROJECT_REQUIRED" }));
  });
});
