import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hunkBetween, hunksOf } from "./hunks.ts";

describe("the hunks of an edit", () => {
  it("of a unified diff are its parts", () => {
    const diff = "--- a\n+++ b\n@@ -1,2 +1 @@\n-one\n-two\n+both\n@@ -9 +8,2 @@\n nine\n+ten\n";
    expect(hunksOf(diff)).toEqual([
      { oldStart: 1, oldLines: 2, newStart: 1, newLines: 1, lines: ["-one", "-two", "+both"] },
      { oldStart: 9, oldLines: 1, newStart: 8, newLines: 2, lines: [" nine", "+ten"] },
    ]);
  });

  it("between two texts have three lines around them", () => {
    const before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
    expect(hunkBetween(before, before.replace("5", "five"))).toEqual([
      {
        oldStart: 2,
        oldLines: 7,
        newStart: 2,
        newLines: 7,
        lines: [" 2", " 3", " 4", "-5", "+five", " 6", " 7", " 8"],
      },
    ]);
    expect(hunkBetween("", "a\nb\n")).toEqual([
      { oldStart: 0, oldLines: 0, newStart: 1, newLines: 2, lines: ["+a", "+b"] },
    ]);
    expect(hunkBetween("same", "same")).toEqual([]);
  });

  it("lead from one text to the other, whatever they are", () => {
    const text = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 12 });
    fc.assert(
      fc.property(text, text, (old, now) => {
        const [hunk] = hunkBetween(old.join("\n"), now.join("\n"));
        const lines = hunk?.lines ?? [];
        const side = (sign: string): string[] =>
          lines.filter((line) => line.startsWith(" ") || line.startsWith(sign)).map((line) => line.slice(1));
        expect(side("-")).toHaveLength(hunk?.oldLines ?? 0);
        expect(side("+")).toHaveLength(hunk?.newLines ?? 0);
        const start = hunk === undefined ? 0 : Math.max(0, hunk.oldStart - (hunk.oldLines === 0 ? 0 : 1));
        const after = hunk === undefined ? 0 : start + hunk.oldLines;
        const made = hunk === undefined ? old : [...old.slice(0, start), ...side("+"), ...old.slice(after)];
        expect(made).toEqual(now);
      }),
    );
  });
});
