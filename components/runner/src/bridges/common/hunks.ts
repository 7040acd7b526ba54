/** The hunks of an edit, in the form in which a reader of the transcript gets every edit. Pure. */

export interface Hunk {
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  readonly lines: readonly string[];
}

/** Characters of an edit beyond which a reader only sees that it was made. */
const LARGEST_PATCH = 64 * 1024;
const CONTEXT = 3;
const HEADER = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

/** Of a unified diff. */
export function hunksOf(diff: string): Hunk[] {
  if (diff.length > LARGEST_PATCH) return [];
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

/** Between two texts: one hunk from the first line that differs to the last. */
export function hunkBetween(before: string, after: string): Hunk[] {
  if (before === after) return [];
  const old = linesOf(before);
  const now = linesOf(after);
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start++;
  let end = 0;
  while (end < old.length - start && end < now.length - start && old.at(-1 - end) === now.at(-1 - end)) end++;
  const from = Math.max(0, start - CONTEXT);
  const rest = Math.max(0, end - CONTEXT);
  const lines = [
    ...old.slice(from, start).map((line) => ` ${line}`),
    ...old.slice(start, old.length - end).map((line) => `-${line}`),
    ...now.slice(start, now.length - end).map((line) => `+${line}`),
    ...old.slice(old.length - end, old.length - rest).map((line) => ` ${line}`),
  ];
  if (lines.reduce((sum, line) => sum + line.length, 0) > LARGEST_PATCH) return [];
  const oldLines = old.length - rest - from;
  const newLines = now.length - rest - from;
  // A side without lines begins before the first one.
  const first = (count: number): number => (count === 0 ? from : from + 1);
  return [{ oldStart: first(oldLines), oldLines, newStart: first(newLines), newLines, lines }];
}

function linesOf(text: string): string[] {
  if (text === "") return [];
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}
