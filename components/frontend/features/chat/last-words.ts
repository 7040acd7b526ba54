/** Whether a text is the last that its run said, and the run is over: what a reader takes as the answer. */
import { positionOf } from "../thread/reduce/entries.ts";
import type { TextEntry, ThreadState } from "../thread/thread-state.ts";

export function isLastWords(state: ThreadState, entry: TextEntry): boolean {
  if (entry.isStreaming || entry.subagentRunId !== undefined) return false;
  if (state.run !== undefined && state.run.runId === entry.runId) return false;
  const position = positionOf(state, entry.key);
  if (position === undefined) return false;
  for (let index = position + 1; index < state.entries.length; index += 1) {
    const other = state.entries.get(index);
    if (other === undefined || other.runId !== entry.runId) return true;
    const isText = other.kind === "text" && other.role === "assistant" && other.text.trim() !== "";
    if (isText && !other.hidden && other.subagentRunId === undefined) return false;
  }
  return true;
}
