import { describe, expect, it } from "vitest";
import { pairLines } from "./pair-lines.ts";
import { parsePatch } from "./parse-patch.ts";

const rows = (body: string) => {
  const [file] = parsePatch(`diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,9 +1,9 @@\n${body}`);
  return pairLines(file?.lines ?? []).map((row) =>
    row.type === "gap" ? "…" : `${row.left?.text ?? "·"}|${row.right?.text ?? "·"}`,
  );
};

describe("a diff side by side", () => {
  it("puts a change beside what it replaced", () => {
    expect(rows(" a\n-b\n-c\n+B\n d")).toEqual(["…", "a|a", "b|B", "c|·", "d|d"]);
  });

  it("keeps changes apart that only touch each other", () => {
    expect(rows("-a\n+A\n-b\n+B\n+C")).toEqual(["…", "a|A", "b|B", "·|C"]);
    expect(rows("+new\n-old")).toEqual(["…", "·|new", "old|·"]);
  });
});
