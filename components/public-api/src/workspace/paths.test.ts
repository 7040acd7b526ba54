import { describe, expect, it } from "vitest";
import { artifactPath, encodePath, relativePath } from "./paths.ts";

describe("a path in the artifacts folder", () => {
  it.each([
    ["", "artifacts"],
    ["report.pdf", "artifacts/report.pdf"],
    ["a//./b/", "artifacts/a/b"],
    ["..a/b..", "artifacts/..a/b.."],
  ])("%j is %j of the workspace, and back", (path, expected) => {
    expect(artifactPath(path)).toBe(expected);
    expect(artifactPath(relativePath(expected === "artifacts" ? "" : expected))).toBe(expected);
  });

  it.each(["..", "a/../../b", "a\\b", "a\u0000", "a\nb", "/a", "//etc/passwd"])("%j is refused", (path) => {
    expect(() => artifactPath(path)).toThrow(/^path: must not/);
  });

  it("is one path for the backend, whatever is in its names", () => {
    expect(encodePath("artifacts/a b?/#%.txt")).toBe("artifacts/a%20b%3F/%23%25.txt");
  });
});
