/** What the timeline shows of a thread: per run its tool calls with their lengths, and what all runs took together. Pure. */
import type { RunRecord, ThreadState, ToolEntry } from "../thread/thread-state.ts";

/** The calls of one run, in order; those of its subagents among them. */
export function toolsOfRun(state: ThreadState, runIndex: number): readonly ToolEntry[] {
  const run = state.runs.get(runIndex);
  if (run === undefined) return [];
  const end = state.runs.get(runIndex + 1)?.firstEntry ?? state.entries.length;
  const tools: ToolEntry[] = [];
  for (let position = run.firstEntry; position < end; position += 1) {
    const entry = state.entries.get(position);
    if (entry?.kind === "tool" && !entry.hidden) tools.push(entry);
  }
  return tools;
}

export const durationOf = (item: Pick<RunRecord, "startedAt" | "endedAt">): number | undefined =>
  item.startedAt === undefined || item.endedAt === undefined ? undefined : Math.max(0, item.endedAt - item.startedAt);

export interface Totals {
  readonly milliseconds: number;
  readonly toolCalls: number;
  readonly input: number;
  readonly output: number;
}

export function totalsOf(runs: Iterable<RunRecord>): Totals {
  let [milliseconds, toolCalls, input, output] = [0, 0, 0, 0];
  for (const run of runs) {
    milliseconds += durationOf(run) ?? 0;
    toolCalls += run.toolCalls;
    input += run.tokens.input;
    output += run.tokens.output;
  }
  return { milliseconds, toolCalls, input, output };
}
