/** Text and reasoning messages: start, content, end, and chunks that stand for all three. */
import { textOf, type WireEvent } from "../fields.ts";
import type { ReasoningEntry, TextEntry, ThreadState } from "../thread-state.ts";
import { addEntry, entryBase, entryOf, isLastOfLane, putEntry, reopenEntry, timeOf } from "./entries.ts";

type Kind = "text" | "reasoning";

function newMessage(state: ThreadState, event: WireEvent, kind: Kind, id: string): TextEntry | ReasoningEntry {
  // A second segment of the same message (text, tool call, more text) is an entry of its own, where it was said.
  const former = entryOf(state, `${kind}:${id}`, kind);
  const key = former === undefined ? `${kind}:${id}` : `${kind}:${id}#${state.entries.length}`;
  const base = { ...entryBase(state, event, key, id), text: "", isStreaming: true };
  return kind === "text" ? { ...base, kind, role: textOf(event["role"]) ?? "assistant" } : { ...base, kind };
}

/** The newest segment of a message. */
function segmentOf(state: ThreadState, kind: Kind, id: string) {
  return entryOf(state, state.chunks.get(`segment ${kind}:${id}`) ?? `${kind}:${id}`, kind);
}

export function startMessage(state: ThreadState, event: WireEvent, kind: Kind): ThreadState {
  const id = textOf(event["messageId"]);
  if (id === undefined) return state;
  const found = segmentOf(state, kind, id);
  if (found !== undefined && (found.entry.isStreaming || isLastOfLane(state, found.position)))
    return found.entry.isStreaming
      ? state
      : reopenEntry(state, found.position, { ...found.entry, isStreaming: true, endedAt: undefined });
  const entry = newMessage(state, event, kind, id);
  const next = addEntry(state, entry);
  return found === undefined ? next : withChunk(next, `segment ${kind}:${id}`, entry.key);
}

export function growMessage(state: ThreadState, event: WireEvent, kind: Kind): ThreadState {
  const id = textOf(event["messageId"]);
  const delta = textOf(event["delta"]);
  if (id === undefined || delta === undefined) return state;
  const found = segmentOf(state, kind, id);
  // Content whose start was never seen starts the message.
  if (found === undefined) return growMessage(startMessage(state, event, kind), event, kind);
  return putEntry(state, found.position, { ...found.entry, text: found.entry.text + delta });
}

export function endMessage(state: ThreadState, event: WireEvent, kind: Kind): ThreadState {
  const id = textOf(event["messageId"]);
  const found = id === undefined ? undefined : segmentOf(state, kind, id);
  if (found === undefined) return state;
  return putEntry(state, found.position, { ...found.entry, isStreaming: false, endedAt: timeOf(event) });
}

/** A chunk starts a message when its id is new, and goes on with the lane's last one when it has none. */
export function chunkMessage(state: ThreadState, event: WireEvent, kind: Kind): ThreadState {
  const slot = `chunk ${kind} ${textOf(event["subagentRunId"]) ?? ""}`;
  const former = state.chunks.get(slot);
  const id = textOf(event["messageId"]) ?? former;
  if (id === undefined) return state;
  // A chunk with a new id ends the message that the chunks before it made.
  const settled =
    former === undefined || former === id ? state : endMessage(state, { ...event, messageId: former }, kind);
  const named = { ...event, messageId: id };
  const started = segmentOf(settled, kind, id) === undefined ? startMessage(settled, named, kind) : settled;
  return growMessage(withChunk(started, slot, id), named, kind);
}

/** Remembers which entry a lane's next chunk without an id belongs to. */
export function withChunk(state: ThreadState, slot: string, value: string): ThreadState {
  return state.chunks.get(slot) === value ? state : { ...state, chunks: new Map(state.chunks).set(slot, value) };
}

/** `REASONING_START` opens a block whose messages may carry other ids: they all join the block. */
export function startReasoning(state: ThreadState, event: WireEvent): ThreadState {
  const id = textOf(event["messageId"]);
  if (id === undefined) return state;
  return withChunk(startMessage(state, event, "reasoning"), reasoningBlock(event), id);
}

export function endReasoning(state: ThreadState, event: WireEvent): ThreadState {
  const chunks = new Map(state.chunks);
  chunks.delete(reasoningBlock(event));
  return { ...endMessage(state, event, "reasoning"), chunks };
}

const reasoningBlock = (event: WireEvent): string => `reasoning block ${textOf(event["subagentRunId"]) ?? ""}`;

/** The same event, with the id of the block that is open around it. */
export function inReasoningBlock(state: ThreadState, event: WireEvent): WireEvent {
  const block = state.chunks.get(reasoningBlock(event));
  return block === undefined ? event : { ...event, messageId: block };
}
