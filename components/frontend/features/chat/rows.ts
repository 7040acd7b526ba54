/** Rows of the conversation: entries in order, with neighbouring reads and searches gathered into one line. */
import type { PersistentVector } from "../thread/persistent-vector.ts";
import type { Entry, ThreadState } from "../thread/thread-state.ts";
import { isQuiet, toolFamily } from "../tools/tool-family.ts";

export interface Row {
  readonly key: string;
  /** One position, or several of quiet tool calls. */
  readonly positions: readonly number[];
  readonly isGroup: boolean;
}

/** @param positions of one lane: the main conversation, or a subagent */
export function threadRows(entries: ThreadState["entries"], positions: PersistentVector<number>): Row[] {
  const rows: Row[] = [];
  for (const position of positions) {
    const entry = entries.get(position);
    if (entry === undefined || entry.hidden) continue;
    const last = rows.at(-1);
    if (!isQuietCall(entry)) rows.push({ key: entry.key, positions: [position], isGroup: false });
    else if (last?.isGroup === true) rows[rows.length - 1] = { ...last, positions: [...last.positions, position] };
    else rows.push({ key: entry.key, positions: [position], isGroup: true });
  }
  return rows;
}

function isQuietCall(entry: Entry): boolean {
  return entry.kind === "tool" && entry.subagents.length === 0 && isQuiet(toolFamily(entry.name));
}
