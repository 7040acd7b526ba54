/** Finding words in a conversation, also in what is folded away or not drawn. Pure. */
import type { Row } from "../chat/rows.ts";
import { isRecord } from "../thread/fields.ts";
import { positionOf, subagentKey } from "../thread/reduce/entries.ts";
import type { Entry, InterruptEntry, ThreadState } from "../thread/thread-state.ts";
import { parseArguments } from "../tools/partial-json.ts";

export interface Hit {
  /** Index of the row that shows the entry. */
  readonly row: number;
  readonly entryKey: string;
  /** Keys of everything that must be open for it to be seen. */
  readonly open: readonly string[];
}

export function searchThread(state: ThreadState, rows: readonly Row[], query: string): readonly Hit[] {
  const needle = query.trim().toLowerCase();
  if (needle === "") return [];
  const rowOf = new Map<number, number>();
  rows.forEach((row, index) => {
    for (const position of row.positions) {
      rowOf.set(position, index);
      const entry = state.entries.get(position);
      if (entry?.kind === "tool") for (const child of entry.subagents) rowOf.set(child, index);
    }
  });
  const hits: Hit[] = [];
  for (let position = 0; position < state.entries.length; position += 1) {
    const entry = state.entries.get(position);
    if (entry === undefined || entry.hidden || !wordsOf(entry).toLowerCase().includes(needle)) continue;
    const place = placeOf(state, rowOf, entry, position);
    if (place === undefined) continue;
    const row = rows[place.row];
    const group = row?.isGroup === true ? [`group ${row.key}`] : [];
    hits.push({ row: place.row, entryKey: entry.key, open: [...group, ...place.open, ...partsOf(entry)] });
  }
  return hits.toSorted((a, b) => a.row - b.row);
}

/** The row of an entry; inside a subagent, that of the outermost one. */
function placeOf(
  state: ThreadState,
  rowOf: ReadonlyMap<number, number>,
  entry: Entry,
  position: number,
): { row: number; open: readonly string[] } | undefined {
  const open: string[] = [];
  let at: number | undefined = position;
  let inside: Entry | undefined = entry;
  // A subagent of a subagent: no deeper than there are entries, whatever the events claim.
  for (let depth = 0; depth < 20 && at !== undefined && inside !== undefined; depth += 1) {
    const row = rowOf.get(at);
    if (row !== undefined) return { row, open };
    if (inside.subagentRunId === undefined) return undefined;
    const key = subagentKey(inside.subagentRunId);
    open.push(key);
    at = positionOf(state, key);
    inside = at === undefined ? undefined : state.entries.get(at);
  }
  return undefined;
}

function partsOf(entry: Entry): readonly string[] {
  if (entry.kind === "tool") return [entry.key, `${entry.key} whole`, `${entry.key} result whole`];
  return entry.kind === "reasoning" || entry.kind === "subagent" ? [entry.key] : [];
}

function wordsOf(entry: Entry): string {
  switch (entry.kind) {
    case "user":
      return entry.parts.map((part) => (part.type === "text" ? part.text : (part.name ?? ""))).join("\n");
    case "text":
    case "reasoning":
      return entry.text;
    case "tool":
      return `${entry.name ?? ""}\n${values(parseArguments(entry.argumentsText))}\n${entry.result ?? ""}`;
    case "subagent":
      return `${entry.name ?? ""}\n${entry.description ?? ""}`;
    case "activity":
      return values(entry.content);
    case "interrupt":
      return askedWords(entry);
    case "run-end":
      return entry.message ?? "";
  }
}

/** An approval that was decided shows the tool and the decision; what was asked about stands in the call itself. */
function askedWords({ message, metadata, reason, resolution }: InterruptEntry): string {
  const answer = resolution?.status === "resolved" ? values(resolution.payload) : "";
  if (resolution !== undefined && reason === "tool_approval") return `${values(metadata["toolName"])}\n${answer}`;
  return `${message ?? ""}\n${values(metadata)}\n${answer}`;
}

/** All texts of a value, as they are shown: names of fields and quotation marks are not searched. */
function values(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(values).join("\n");
  return isRecord(value) ? Object.values(value).map(values).join("\n") : "";
}
