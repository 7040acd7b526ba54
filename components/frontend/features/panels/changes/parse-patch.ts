/** A unified diff as files and lines, as the diff view draws them. */
import type { DiffLine } from "../../tools/line-diff.ts";
import { gitName, namesOfHeader } from "./git-names.ts";

export interface PatchFile {
  readonly path: string;
  readonly lines: readonly DiffLine[];
}

const HUNK = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@ ?(.*)$/;
/** Lines of a file's head that name it better than its first one, the best last. */
const NAMES = [/^--- (.+)$/, /^\+\+\+ (.+)$/, /^(?:rename|copy) to (.+)$/] as const;

export function parsePatch(patch: string): readonly PatchFile[] {
  const files: { path: string; lines: DiffLine[] }[] = [];
  let oldNumber = 0;
  let newNumber = 0;
  let isInHunk = false;
  for (const line of patch.split("\n")) {
    const current = files.at(-1);
    if (line.startsWith("diff --git ")) {
      files.push({ path: namesOfHeader(line.slice("diff --git ".length)), lines: [] });
      isInHunk = false;
    } else if (current === undefined) continue;
    else if (HUNK.test(line)) {
      const [, from = "0", to = "0", context = ""] = HUNK.exec(line) ?? [];
      oldNumber = Number(from);
      newNumber = Number(to);
      isInHunk = true;
      current.lines.push({ type: "gap", text: context, oldNumber: undefined, newNumber: undefined });
    } else if (!isInHunk) current.path = nameIn(line) ?? current.path;
    else if (line.startsWith("+"))
      current.lines.push({ type: "added", text: line.slice(1), oldNumber: undefined, newNumber: newNumber++ });
    else if (line.startsWith("-"))
      current.lines.push({ type: "removed", text: line.slice(1), oldNumber: oldNumber++, newNumber: undefined });
    else if (line.startsWith(" "))
      current.lines.push({ type: "context", text: line.slice(1), oldNumber: oldNumber++, newNumber: newNumber++ });
  }
  return files;
}

function nameIn(line: string): string | undefined {
  for (const [index, pattern] of NAMES.entries()) {
    const name = pattern.exec(line)?.[1];
    if (name === undefined) continue;
    const read = gitName(name);
    if (index === NAMES.length - 1) return read;
    // "/dev/null" stands for a side that does not exist: the other side has the name.
    return read === "/dev/null" ? undefined : read.replace(/^[ab]\//, "");
  }
  return undefined;
}
