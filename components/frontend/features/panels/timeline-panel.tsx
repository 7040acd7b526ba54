"use client";
import type { AgenticSession } from "@pilothouse/contracts";
import { ChevronRight } from "lucide-react";
import { useMemo, useState } from "react";
import { cn } from "@/lib/class-names";
import { formatCost, formatCount, formatDuration } from "@/lib/format";
import * as texts from "@/lib/texts";
import { useThread, useThreadStore } from "../thread/thread-context";
import type { RunRecord } from "../thread/thread-state";
import { TimelineTools } from "./timeline-tools";
import { durationOf, totalsOf } from "./timeline-model";

const outcomes = {
  running: texts.states.working,
  success: texts.states.completed,
  interrupt: texts.states.waiting,
  cancelled: texts.chat.runCancelled,
  error: texts.chat.runFailed,
  cut: texts.chat.runCut,
} as const;

/** Runs beyond these are drawn when they are asked for. */
const SHOWN = 100;

export function TimelinePanel({ session }: { session: AgenticSession }) {
  const runs = useThread((state) => state.runs);
  const [isWhole, setWhole] = useState(false);
  const totals = useMemo(() => totalsOf(runs), [runs]);
  if (runs.length === 0) return <p className="p-5 text-ink-2">{texts.panels.noRuns}</p>;
  const newestFirst = [...runs].map((run, index) => ({ run, index })).toReversed();
  const shown = isWhole ? newestFirst : newestFirst.slice(0, SHOWN);
  const cost = session.status?.agent?.usage?.costUsd ?? 0;
  const facts = [
    texts.panels.runCount(runs.length),
    formatDuration(totals.milliseconds),
    texts.panels.toolCount(totals.toolCalls),
    texts.panels.tokensInOut(formatCount(totals.input), formatCount(totals.output)),
    cost === 0 ? undefined : formatCost(cost),
  ];
  return (
    <div className="grid gap-3 p-4">
      <p className="px-1 text-sm text-ink-2 tabular">{facts.filter(Boolean).join(" · ")}</p>
      <ol className="grid gap-2">
        {shown.map(({ run, index }) => (
          <Run key={`${run.runId}-${index}`} run={run} index={index} />
        ))}
      </ol>
      {shown.length === newestFirst.length ? null : (
        <button
          type="button"
          onClick={() => setWhole(true)}
          className="justify-self-start px-1 text-sm text-accent-ink hover:underline"
        >
          {texts.panels.olderRuns(newestFirst.length - shown.length)}
        </button>
      )}
    </div>
  );
}

function Run({ run, index }: { run: RunRecord; index: number }) {
  const [isOpen, setOpen] = useState(false);
  const store = useThreadStore();
  const duration = durationOf(run);
  const { input, output } = run.tokens;
  const facts = [
    duration === undefined ? undefined : formatDuration(duration),
    run.toolCalls === 0 ? undefined : texts.panels.toolCount(run.toolCalls),
    input + output === 0 ? undefined : texts.panels.tokensInOut(formatCount(input), formatCount(output)),
  ].filter(Boolean);
  const started = run.startedAt === undefined ? undefined : new Date(run.startedAt);
  const isFailed = run.outcome === "error" || run.outcome === "cut";
  return (
    <li className="rounded-xl border border-line bg-card">
      <button
        type="button"
        aria-expanded={isOpen}
        disabled={run.toolCalls === 0}
        onClick={() => setOpen(!isOpen)}
        className="grid w-full grid-cols-[14px_minmax(0,1fr)_auto] items-center gap-x-2 rounded-xl px-3 py-2.5 text-left disabled:cursor-default"
      >
        <ChevronRight
          aria-hidden
          className={cn(
            "size-3.5 text-ink-3 transition-transform duration-100",
            isOpen && "rotate-90",
            run.toolCalls === 0 && "invisible",
          )}
        />
        <span className="flex items-baseline gap-2">
          <span className="text-xs text-ink-3 tabular">#{index + 1}</span>
          <span className={cn("font-medium", isFailed && "text-bad", run.outcome === "interrupt" && "text-warn-ink")}>
            {outcomes[run.outcome]}
          </span>
        </span>
        <time
          dateTime={started?.toISOString()}
          title={started?.toLocaleString()}
          className="text-xs text-ink-3 tabular"
        >
          {started?.toLocaleTimeString()}
        </time>
        {facts.length === 0 ? null : (
          <span className="col-span-2 col-start-2 text-sm text-ink-2 tabular">{facts.join(" · ")}</span>
        )}
      </button>
      {isOpen ? <TimelineTools store={store} runIndex={index} longest={duration} /> : null}
    </li>
  );
}
