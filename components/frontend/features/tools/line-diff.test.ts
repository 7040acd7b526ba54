import { describe, expect, it } from "vitest";
import { lineDiff, newFileDiff } from "./line-diff.ts";

const draw = ({ lines }: ReturnType<typeof lineDiff>) =>
  lines.map((line) => ({ context: " ", added: "+", removed: "-", gap: "…" })[line.type] + line.text);

describe("lineDiff", () => {
  it("shows what changed, with context and gaps", () => {
    const before = ["1", "2", "3", "4", "5", "6", "7", "8", "9"].join("\n");
    expect(draw(lineDiff(before, before.replace("8", "eight")))).toEqual(["…", " 5", " 6", " 7", "-8", "+eight", " 9"]);
  });

  it("counts, and numbers lines when the first number is known", () => {
    const diff = lineDiff("a\nb", "a\nc\nd", 41);
    expect(diff).toMatchObject({ additions: 2, deletions: 1 });
    expect(diff.lines.map((line) => [line.oldNumber, line.newNumber])).toEqual([
      [41, 41],
      [42, undefined],
      [undefined, 42],
      [undefined, 43],
    ]);
  });

  it("does not call a missing last newline a change", () => {
    expect(lineDiff("a", "a\n").additions).toBe(0);
  });

  it("takes a new file as added lines", () => {
    expect(newFileDiff("a\nb\n")).toMatchObject({ additions: 2, deletions: 0 });
  });
});
