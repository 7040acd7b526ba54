import { FilePath, FolderPath } from "@pilothouse/contracts";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { workspacePath } from "./paths.ts";

/** What the description of the API says of a path. */
const Pattern = z.object({ pattern: z.string() });
const folder = new RegExp(Pattern.parse(FolderPath.meta()).pattern, "u");
const file = new RegExp(Pattern.parse(FilePath.meta()).pattern, "u");

describe("a path in a workspace", () => {
  it.each([
    ["", ""],
    ["/", ""],
    ["./", ""],
    ["a.txt", "a.txt"],
    ["a//./b/", "a/b"],
    ["..a/b..", "..a/b.."],
    [".../x", ".../x"],
    ["a%2e%2e", "a%2e%2e"],
    ["a b/ü/🙂", "a b/ü/🙂"],
    ["a".repeat(255), "a".repeat(255)],
    ["a/".repeat(99), "a/".repeat(99).slice(0, -1)],
  ])("%j is %j", (path, expected) => {
    expect(workspacePath(path)).toBe(expected);
    expect(folder.test(path)).toBe(true);
    expect(file.test(path)).toBe(expected !== "");
  });

  it.each([
    "/etc",
    "//etc/passwd",
    "..",
    "../x",
    "a/..",
    "a/../b",
    "a\\b",
    "a\u0000",
    "a\nb",
    "\u007f",
    "a".repeat(256),
    "a/".repeat(100),
  ])("%j leads out of it, or names nothing in it", (path) => {
    expect(() => workspacePath(path)).toThrow(/^the path is refused/);
    expect(folder.test(path)).toBe(false);
    expect(file.test(path)).toBe(false);
  });
});
