/** Lines of a unified diff side by side: what went at the left, what came at the right, beside it where both are there. */
import type { DiffLine } from "../../tools/line-diff.ts";

export type PairedRow =
  | { readonly type: "gap"; readonly line: DiffLine }
  | { readonly type: "pair"; readonly left: DiffLine | undefined; readonly right: DiffLine | undefined };

export function pairLines(lines: readonly DiffLine[]): readonly PairedRow[] {
  const rows: PairedRow[] = [];
  let removed: DiffLine[] = [];
  let added: DiffLine[] = [];
  const flush = () => {
    for (let index = 0; index < Math.max(removed.length, added.length); index += 1)
      rows.push({ type: "pair", left: removed[index], right: added[index] });
    removed = [];
    added = [];
  };
  for (const line of lines) {
    if (line.type === "removed") {
      // Lines that came before these went belong to an earlier change.
      if (added.length > 0) flush();
      removed.push(line);
    } else if (line.type === "added") added.push(line);
    else {
      flush();
      rows.push(line.type === "gap" ? { type: "gap", line } : { type: "pair", left: line, right: line });
    }
  }
  flush();
  return rows;
}
