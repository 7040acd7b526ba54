/** A unified diff as files and lines, as the diff view draws them. */
import type { DiffLine } from "../../tools/line-diff.ts";

export interface PatchFile {
  readonly path: string;
  readonly lines: readonly DiffLine[];
}

const HUNK = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@ ?(.*)$/;

export function parsePatch(patch: string): readonly PatchFile[] {
  const files: { path: string; lines: DiffLine[] }[] = [];
  let oldNumber = 0;
  let newNumber = 0;
  let isInHunk = false;
  for (const line of patch.split("\n")) {
    const current = files.at(-1);
    if (line.startsWith("diff --git ")) {
      files.push({ path: gitPath(line), lines: [] });
      isInHunk = false;
    } else if (current === undefined) continue;
    else if (HUNK.test(line)) {
      const [, from = "0", to = "0", context = ""] = HUNK.exec(line) ?? [];
      oldNumber = Number(from);
      newNumber = Number(to);
      isInHunk = true;
      current.lines.push({ type: "gap", text: context, oldNumber: undefined, newNumber: undefined });
    } else if (!isInHunk) {
      if (line.startsWith("+++ b/")) current.path = line.slice(6);
    } else if (line.startsWith("+"))
      current.lines.push({ type: "added", text: line.slice(1), oldNumber: undefined, newNumber: newNumber++ });
    else if (line.startsWith("-"))
      current.lines.push({ type: "removed", text: line.slice(1), oldNumber: oldNumber++, newNumber: undefined });
    else if (line.startsWith(" "))
      current.lines.push({ type: "context", text: line.slice(1), oldNumber: oldNumber++, newNumber: newNumber++ });
  }
  return files;
}

/** `diff --git a/x b/x`: the second half, which is the name after a rename. */
function gitPath(line: string): string {
  const rest = line.slice("diff --git ".length);
  const middle = rest.indexOf(" b/");
  return middle === -1 ? rest : rest.slice(middle + 3);
}
