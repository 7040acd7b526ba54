"use client";
import { formatCount, formatDuration } from "@/lib/format";
import { texts } from "@/lib/texts";
import { useThread } from "../thread/thread-context";
import type { RunRecord } from "../thread/thread-state";

const outcomes = {
  running: texts.states.working,
  success: texts.states.completed,
  interrupt: texts.states.waiting,
  cancelled: texts.chat.runCancelled,
  error: texts.chat.runFailed,
  cut: texts.chat.runCut,
} as const;

export function TimelinePanel() {
  const runs = useThread((state) => state.runs);
  if (runs.length === 0) return <p className="p-5 text-ink-2">{texts.panels.noRuns}</p>;
  return (
    <ol className="grid gap-2 p-4">
      {[...runs].toReversed().map((run, index) => (
        <li key={`${run.runId}-${index}`} className="rounded-xl border border-line bg-card px-3.5 py-2.5">
          <Run run={run} number={runs.length - index} />
        </li>
      ))}
    </ol>
  );
}

function Run({ run, number }: { run: RunRecord; number: number }) {
  const duration =
    run.startedAt !== undefined && run.endedAt !== undefined ? formatDuration(run.endedAt - run.startedAt) : undefined;
  const { input, output } = run.tokens;
  const facts = [
    duration,
    run.toolCalls === 0 ? undefined : `${run.toolCalls} ${run.toolCalls === 1 ? "tool call" : "tool calls"}`,
    input + output === 0 ? undefined : texts.panels.tokensInOut(formatCount(input), formatCount(output)),
  ].filter(Boolean);
  return (
    <>
      <p className="flex items-baseline gap-2">
        <span className="text-xs text-ink-3 tabular">#{number}</span>
        <span className="font-medium">{outcomes[run.outcome]}</span>
        <time className="ml-auto text-xs text-ink-3">
          {run.startedAt === undefined ? "" : new Date(run.startedAt).toLocaleTimeString()}
        </time>
      </p>
      <p className="text-sm text-ink-2 tabular">{facts.join(" · ")}</p>
    </>
  );
}
