import { describe, expect, it } from "vitest";
import { toolFamily } from "./tool-family.ts";

describe("toolFamily", () => {
  it.each([
    ["Bash", "shell"],
    ["WRITE_FILE", "write"],
    ["mcp__github__create_issue", "mcp"],
    ["nobody knows it", "other"],
    [undefined, "other"],
    // Names that every object of JavaScript answers to.
    ["__proto__", "other"],
    ["constructor", "other"],
    ["toString", "other"],
  ])("of %s is %s", (name, family) => expect(toolFamily(name)).toBe(family));
});
