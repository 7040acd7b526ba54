/**
 * How a call really stands. A run that ends with a question closes its calls without a result, so a call's own phase
 * does not tell apart what waits for a person, what was refused, what goes on in the next run, and what was lost.
 */
import { recordOf } from "../thread/fields.ts";
import { positionOf } from "../thread/reduce/entries.ts";
import type { InterruptEntry, ThreadState, ToolEntry } from "../thread/thread-state.ts";
import type { Tense } from "./describe-tool.ts";

export type ToolStatus = "running" | "waiting" | "denied" | "done" | "failed" | "unanswered";

/** A question stands at the end of the run of its call: further on there is nothing to find. */
const REACH = 200;

export function toolStatus(state: ThreadState, entry: ToolEntry): ToolStatus {
  if (entry.phase === "done" && !entry.isError) return "done";
  if (entry.phase === "arguments" || entry.phase === "running") return "running";
  const asked = interruptOf(state, entry);
  if (asked?.resolution?.status === "resolved" && recordOf(asked.resolution.payload)["decision"] === "deny")
    return "denied";
  if (entry.phase === "done") return "failed";
  if (asked === undefined) return "unanswered";
  if (asked.resolution === undefined) return "waiting";
  // Allowed: it runs in the run that the answer started, and its result comes with that.
  return asked.resolution.status === "resolved" && state.run !== undefined ? "running" : "unanswered";
}

/** The newest question that the agent asked about this call. */
function interruptOf(state: ThreadState, entry: ToolEntry): InterruptEntry | undefined {
  const position = positionOf(state, entry.key);
  if (position === undefined) return undefined;
  const last = Math.min(state.entries.length - 1, position + REACH);
  for (let index = last; index > position; index -= 1) {
    const other = state.entries.get(index);
    if (other?.kind === "interrupt" && other.toolCallId === entry.id) return other;
  }
  return undefined;
}

/** How to speak of a call. */
export function tenseOf(status: ToolStatus): Tense {
  if (status === "running") return "present";
  return status === "done" || status === "failed" ? "past" : "wish";
}
