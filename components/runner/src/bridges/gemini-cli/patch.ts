/** The hunks of a unified diff, in the form in which a reader of the transcript gets every edit. Pure. */

export interface Hunk {
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  readonly lines: readonly string[];
}

const HEADER = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

export function hunksOf(diff: string): Hunk[] {
  const hunks: (Hunk & { lines: string[] })[] = [];
  for (const line of diff.split("\n")) {
    const [found, oldStart, oldLines = "1", newStart, newLines = "1"] = HEADER.exec(line) ?? [];
    if (found !== undefined) {
      hunks.push({
        oldStart: Number(oldStart),
        oldLines: Number(oldLines),
        newStart: Number(newStart),
        newLines: Number(newLines),
        lines: [],
      });
    } else if (/^[ +\-\\]/.test(line)) hunks.at(-1)?.lines.push(line);
  }
  return hunks;
}
