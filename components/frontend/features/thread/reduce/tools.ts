/** Tool calls: arguments as they are written, results whenever they come, also for calls that were never announced. */
import { contentParts, contentText } from "../content.ts";
import { recordOf, textOf, type WireEvent } from "../fields.ts";
import type { ThreadState, ToolEntry } from "../thread-state.ts";
import { addEntry, entryBase, entryOf, putEntry, timeOf } from "./entries.ts";
import { withChunk } from "./messages.ts";

export const toolKey = (id: string): string => `tool:${id}`;

export function newTool(state: ThreadState, event: WireEvent, id: string): ToolEntry {
  return {
    ...entryBase(state, event, toolKey(id), id),
    kind: "tool",
    name: textOf(event["toolCallName"]),
    argumentsText: "",
    phase: "arguments",
    result: undefined,
    resultParts: [],
    isError: false,
    subagents: [],
  };
}

export function startTool(state: ThreadState, event: WireEvent): ThreadState {
  const id = textOf(event["toolCallId"]);
  if (id === undefined) return state;
  const found = entryOf(state, toolKey(id), "tool");
  if (found === undefined) return counted(addEntry(state, newTool(state, event, id)));
  // The start came late: the entry is there already, and learns its name.
  if (found.entry.name !== undefined) return state;
  return putEntry(state, found.position, { ...found.entry, name: textOf(event["toolCallName"]) });
}

export function growTool(state: ThreadState, event: WireEvent): ThreadState {
  const id = textOf(event["toolCallId"]);
  const delta = textOf(event["delta"]);
  if (id === undefined || delta === undefined) return state;
  const found = entryOf(state, toolKey(id), "tool");
  if (found === undefined) return growTool(startTool(state, event), event);
  return putEntry(state, found.position, { ...found.entry, argumentsText: found.entry.argumentsText + delta });
}

export function endTool(state: ThreadState, event: WireEvent): ThreadState {
  const id = textOf(event["toolCallId"]);
  const found = id === undefined ? undefined : entryOf(state, toolKey(id), "tool");
  if (found === undefined || found.entry.phase !== "arguments") return state;
  return putEntry(state, found.position, { ...found.entry, phase: "running" });
}

export function chunkTool(state: ThreadState, event: WireEvent): ThreadState {
  const slot = `chunk tool ${textOf(event["subagentRunId"]) ?? ""}`;
  const id = textOf(event["toolCallId"]) ?? state.chunks.get(slot);
  if (id === undefined) return state;
  const named = { ...event, toolCallId: id };
  return growTool(withChunk(startTool(state, named), slot, id), named);
}

/** A result closes its call, also after the run has ended; one without a call becomes a call without a name. */
export function resolveTool(state: ThreadState, event: WireEvent): ThreadState {
  const id = textOf(event["toolCallId"]);
  if (id === undefined) return state;
  const found = entryOf(state, toolKey(id), "tool");
  if (found === undefined) return resolveTool(startTool(state, event), event);
  return putEntry(state, found.position, {
    ...found.entry,
    phase: "done",
    result: contentText(event["content"]),
    resultParts: contentParts(event["content"]),
    isError: isErrorResult(event),
    endedAt: timeOf(event),
  });
}

/** AG-UI 1.0 has no field for it, so senders say it in `metadata`; older ones beside the content. */
export function isErrorResult(event: Record<string, unknown>): boolean {
  const metadata = recordOf(event["metadata"]);
  return (
    metadata["isError"] === true ||
    metadata["is_error"] === true ||
    event["isError"] === true ||
    textOf(metadata["error"]) !== undefined ||
    textOf(event["error"]) !== undefined
  );
}

function counted(state: ThreadState): ThreadState {
  const last = state.runs.get(state.runs.length - 1);
  if (last === undefined || last.outcome !== "running") return state;
  return { ...state, runs: state.runs.set(state.runs.length - 1, { ...last, toolCalls: last.toolCalls + 1 }) };
}
