/** The lines that an edit removed and added, with a little of what stands around them. */
import { diffLines } from "diff";

export interface DiffLine {
  readonly type: "context" | "added" | "removed" | "gap";
  readonly text: string;
  readonly oldNumber: number | undefined;
  readonly newNumber: number | undefined;
}

export interface LineDiff {
  readonly lines: readonly DiffLine[];
  readonly additions: number;
  readonly deletions: number;
}

const CONTEXT = 3;
/** Beyond this many differences, the sides are shown one after the other. */
const MAXIMUM_EDITS = 2000;

/** @param firstLine number of the first line, 0 when it is not known (then lines have no numbers) */
export function lineDiff(before: string, after: string, firstLine = 0): LineDiff {
  const changes = diffLines(withNewline(before), withNewline(after), { maxEditLength: MAXIMUM_EDITS }) ?? [
    { value: before, removed: true, added: false },
    { value: after, added: true, removed: false },
  ];
  const lines: DiffLine[] = [];
  let oldNumber = firstLine;
  let newNumber = firstLine;
  const number = (value: number) => (firstLine === 0 ? undefined : value);
  for (const change of changes) {
    for (const text of splitLines(change.value)) {
      if (change.added) lines.push({ type: "added", text, oldNumber: undefined, newNumber: number(newNumber++) });
      else if (change.removed)
        lines.push({ type: "removed", text, oldNumber: number(oldNumber++), newNumber: undefined });
      else lines.push({ type: "context", text, oldNumber: number(oldNumber++), newNumber: number(newNumber++) });
    }
  }
  const count = (type: DiffLine["type"]) => lines.filter((line) => line.type === type).length;
  return { lines: withGaps(lines), additions: count("added"), deletions: count("removed") };
}

/** A new file: all of it was added. */
export function newFileDiff(content: string): LineDiff {
  const lines = splitLines(content).map((text, index) => ({
    type: "added" as const,
    text,
    oldNumber: undefined,
    newNumber: index + 1,
  }));
  return { lines, additions: lines.length, deletions: 0 };
}

const withNewline = (text: string): string => (text === "" || text.endsWith("\n") ? text : `${text}\n`);

function splitLines(text: string): string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

function withGaps(lines: readonly DiffLine[]): DiffLine[] {
  const isNear = lines.map((_, index) =>
    lines.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some((line) => line.type !== "context"),
  );
  const result: DiffLine[] = [];
  lines.forEach((line, index) => {
    if (isNear[index] === true) result.push(line);
    else if (result.at(-1)?.type !== "gap")
      result.push({ type: "gap", text: "", oldNumber: undefined, newNumber: undefined });
  });
  return result;
}
