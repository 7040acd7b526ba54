import { describe, expect, it } from "vitest";
import { snippet } from "./snippet.ts";

describe("a snippet", () => {
  it.each([
    ["short", "HOR", "short"],
    ["one\n\n  two\tthree", "two", "one two three"],
    [`${"a".repeat(100)} needle ${"b".repeat(300)}`, "NEEDLE", `…${"a".repeat(59)} needle ${"b".repeat(139)}…`],
    ["İİİİ needle", "needle", "İİİİ needle"],
    ["nothing of it", "absent", "nothing of it"],
  ])("of %j for %s", (text, needle, line) => {
    expect(snippet(text, needle)).toBe(line);
  });
});
