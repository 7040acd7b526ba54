import { describe, expect, it } from "vitest";
import { parsePatch } from "./parse-patch.ts";

const patch = `diff --git a/src/a.ts b/src/a.ts
index 1..2 100644
--- a/src/a.ts
+++ b/src/a.ts
@@ -40,3 +40,4 @@ createSession
 one
-two
+2
+--- not a header
 three
diff --git a/old.md b/new.md
similarity index 100%
rename from old.md
rename to new.md
diff --git a/x.png b/x.png
Binary files a/x.png and b/x.png differ
`;

describe("parsePatch", () => {
  it("reads files, hunks and numbers", () => {
    const [file] = parsePatch(patch);
    expect(file?.path).toBe("src/a.ts");
    expect(file?.lines.map((line) => [line.type, line.text, line.oldNumber, line.newNumber])).toEqual([
      ["gap", "createSession", undefined, undefined],
      ["context", "one", 40, 40],
      ["removed", "two", 41, undefined],
      ["added", "2", undefined, 41],
      ["added", "--- not a header", undefined, 42],
      ["context", "three", 42, 43],
    ]);
  });

  it("knows files without lines, by their new name", () => {
    expect(parsePatch(patch).slice(1)).toEqual([
      { path: "new.md", lines: [] },
      { path: "x.png", lines: [] },
    ]);
  });

  it("reads names with blanks, quotes and other letters as they are, also of files that are gone", () => {
    const odd = [
      'diff --git "a/na\\303\\257ve \\342\\230\\203.txt" "b/na\\303\\257ve \\342\\230\\203.txt"',
      "new file mode 100644",
      "--- /dev/null",
      '+++ "b/na\\303\\257ve \\342\\230\\203.txt"\t',
      "@@ -0,0 +1 @@",
      "+snow",
      "diff --git a/my notes.md b/my notes.md",
      "--- a/my notes.md\t",
      "+++ b/my notes.md\t",
      "@@ -1 +1 @@",
      "-a",
      "+b",
      'diff --git "a/say \\"hi\\".txt" "b/say \\"hi\\".txt"',
      "deleted file mode 100644",
      '--- "a/say \\"hi\\".txt"\t',
      "+++ /dev/null",
      "@@ -1 +0,0 @@",
      "-hi",
      "diff --git a/x b/y.sh b/x b/y.sh",
      "old mode 100644",
      "new mode 100755",
    ].join("\n");
    expect(parsePatch(odd).map(({ path, lines }) => [path, lines.length])).toEqual([
      ["naïve ☃.txt", 2],
      ["my notes.md", 3],
      ['say "hi".txt', 2],
      ["x b/y.sh", 0],
    ]);
  });

  it("has nothing to say of nothing", () => expect(parsePatch("")).toEqual([]));
});
