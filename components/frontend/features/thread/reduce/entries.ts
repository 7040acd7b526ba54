/** Finding, adding and changing entries of a thread: what all parts of the reducer stand on. */
import { numberOf, textOf, type WireEvent } from "../fields.ts";
import { PersistentVector } from "../persistent-vector.ts";
import type { Entry, SubagentEntry, ThreadState } from "../thread-state.ts";

/** Fields that every new entry has, as far as the event says. */
export function entryBase(state: ThreadState, event: WireEvent, key: string, id: string) {
  return {
    key,
    id,
    runId: state.run?.runId,
    subagentRunId: textOf(event["subagentRunId"]),
    startedAt: timeOf(event),
    endedAt: undefined,
    hidden: false,
  } as const;
}

export function timeOf(event: WireEvent): number | undefined {
  return numberOf(event["timestamp"]);
}

/** Position of the entry with a key. The map is shared by all states of a thread, so its answer is checked. */
export function positionOf(state: ThreadState, key: string): number | undefined {
  const hint = state.positions.get(key);
  if (hint === undefined) return undefined;
  if (state.entries.get(hint)?.key === key) return hint;
  for (let position = state.entries.length - 1; position >= 0; position -= 1)
    if (state.entries.get(position)?.key === key) return position;
  return undefined;
}

export function entryOf<K extends Entry["kind"]>(
  state: ThreadState,
  key: string,
  kind: K,
): { position: number; entry: Extract<Entry, { kind: K }> } | undefined {
  const position = positionOf(state, key);
  if (position === undefined) return undefined;
  const entry = state.entries.get(position);
  return entry?.kind === kind ? { position, entry: entry as Extract<Entry, { kind: K }> } : undefined;
}

export function putEntry(state: ThreadState, position: number, entry: Entry): ThreadState {
  return { ...state, entries: state.entries.set(position, entry) };
}

/** Where a new entry is shown: in the main conversation, in its subagent, or inside the tool call that made it. */
export type Place = "lane" | { readonly toolPosition: number };

export function addEntry(state: ThreadState, entry: Entry, place: Place = "lane"): ThreadState {
  const laned = entry.subagentRunId === undefined ? state : withSubagent(state, entry.subagentRunId, entry.startedAt);
  const position = laned.entries.length;
  laned.positions.set(entry.key, position);
  return shown({ ...laned, entries: laned.entries.push(entry) }, position, entry, place);
}

function shown(state: ThreadState, position: number, entry: Entry, place: Place): ThreadState {
  if (place !== "lane") {
    const tool = state.entries.get(place.toolPosition);
    if (tool?.kind === "tool")
      return putEntry(state, place.toolPosition, { ...tool, subagents: [...tool.subagents, position] });
  }
  const lane =
    entry.subagentRunId === undefined ? undefined : entryOf(state, subagentKey(entry.subagentRunId), "subagent");
  if (lane === undefined) return { ...state, main: state.main.push(position) };
  return putEntry(state, lane.position, { ...lane.entry, children: lane.entry.children.push(position) });
}

export const subagentKey = (id: string): string => `subagent:${id}`;

/** Makes sure that a subagent exists, for events of one whose start was never seen. */
function withSubagent(state: ThreadState, id: string, startedAt: number | undefined): ThreadState {
  if (positionOf(state, subagentKey(id)) !== undefined) return state;
  return addEntry(state, newSubagent(state, id, startedAt, undefined));
}

export function newSubagent(
  state: ThreadState,
  id: string,
  startedAt: number | undefined,
  parent: string | undefined,
): SubagentEntry {
  return {
    kind: "subagent",
    key: subagentKey(id),
    id,
    runId: state.run?.runId,
    subagentRunId: parent,
    startedAt,
    endedAt: undefined,
    hidden: false,
    name: undefined,
    description: undefined,
    phase: "running",
    message: undefined,
    children: PersistentVector.empty(),
  };
}

/** An entry that a former run had closed grows again; the end of the present run closes it again. */
export function reopenEntry(state: ThreadState, position: number, entry: Entry): ThreadState {
  return { ...putEntry(state, position, entry), settledUntil: Math.min(state.settledUntil, position) };
}

/** Whether an entry is the last one of its lane, so that more text may still join it. */
export function isLastOfLane(state: ThreadState, position: number): boolean {
  const entry = state.entries.get(position);
  const lane =
    entry?.subagentRunId === undefined
      ? state.main
      : (entryOf(state, subagentKey(entry.subagentRunId), "subagent")?.entry.children ?? state.main);
  return lane.get(lane.length - 1) === position;
}
