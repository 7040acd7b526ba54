import { describe, expect, it } from "vitest";
import { describeTool, shortPath, type Tense } from "./describe-tool.ts";

const line = (name: string, args: Record<string, unknown>, tense: Tense = "past") => {
  const { verb, target, note } = describeTool(name, args, tense);
  return [verb, target, note].filter(Boolean).join(" ");
};

describe("describeTool", () => {
  it.each([
    ["Bash", { command: "npm test\necho done" }, "Ran npm test …"],
    ["run_shell_command", { command: "ls" }, "Ran ls"],
    ["Edit", { file_path: "/workspace/repos/app/src/a.ts" }, "Edited src/a.ts"],
    ["replace", { file_path: "/home/x/D/volumes/v/repos/app/b.ts" }, "Edited b.ts"],
    ["Read", { file_path: "/workspace/notes.md", offset: 10, limit: 5 }, "Read notes.md 10–14"],
    ["Grep", { pattern: "TODO", path: "/workspace/repos/app/src" }, "Searched TODO src"],
    ["mcp__github__create_issue", { title: "Bug" }, "Create issue Bug via github"],
    ["my-tool", {}, "My tool"],
    ["WebSearch", { query: "node 24" }, "Searched the web for node 24"],
  ])("%s %j", (name, args, expected) => expect(line(name, args)).toBe(expected));

  it("speaks of the present while a call runs", () =>
    expect(line("Bash", { command: "ls" }, "present")).toBe("Runs ls"));
  it("says of a call that was not allowed what it would have done", () =>
    expect(line("Edit", { file_path: "/workspace/a.ts" }, "wish")).toBe("Edit a.ts"));
  it("has a word for a call without a name", () => expect(describeTool(undefined, {}, "past").verb).toBe("Tool"));
  it("shortens long absolute paths", () => expect(shortPath("/a/b/c/d/e/f.ts")).toBe("…/d/e/f.ts"));
});
