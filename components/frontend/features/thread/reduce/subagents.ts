/** Subagents: agents that an agent starts. Their entries are shown inside them. */
import { recordOf, textOf, type WireEvent } from "../fields.ts";
import type { SubagentEntry, ThreadState } from "../thread-state.ts";
import { addEntry, entryOf, newSubagent, putEntry, reopenEntry, subagentKey, timeOf } from "./entries.ts";
import { toolKey } from "./tools.ts";

export function startSubagent(state: ThreadState, event: WireEvent): ThreadState {
  const id = textOf(event["subagentRunId"]);
  if (id === undefined) return state;
  const facts = { name: textOf(event["name"]), description: textOf(event["description"]) };
  const found = entryOf(state, subagentKey(id), "subagent");
  if (found !== undefined) return reopenEntry(state, found.position, { ...found.entry, ...facts, phase: "running" });
  const parent = textOf(event["parentSubagentRunId"]);
  const entry = { ...newSubagent(state, id, timeOf(event), parent === id ? undefined : parent), ...facts };
  const tool = entryOf(state, toolKey(textOf(event["parentToolCallId"]) ?? ""), "tool");
  return addEntry(state, entry, tool === undefined ? "lane" : { toolPosition: tool.position });
}

export function finishSubagent(state: ThreadState, event: WireEvent): ThreadState {
  const isSuspended = recordOf(event["outcome"])["type"] === "suspended";
  return endSubagent(state, event, { phase: isSuspended ? "suspended" : "done" });
}

export function failSubagent(state: ThreadState, event: WireEvent): ThreadState {
  return endSubagent(state, event, { phase: "failed", message: textOf(event["message"]) });
}

function endSubagent(state: ThreadState, event: WireEvent, end: Partial<SubagentEntry>): ThreadState {
  const found = entryOf(state, subagentKey(textOf(event["subagentRunId"]) ?? ""), "subagent");
  if (found === undefined) return state;
  return putEntry(state, found.position, { ...found.entry, ...end, endedAt: timeOf(event) });
}
