"use client";
/** That the agent works, for how long, and how far it says it is: the last line of the conversation while a run is active. */
import { Spinner } from "@/components/ui/spinner";
import { formatDuration } from "@/lib/format";
import * as texts from "@/lib/texts";
import { useNow } from "@/lib/use-now";
import { useThread } from "../thread/thread-context";

export interface Progress {
  readonly message: string;
  readonly percent?: number | undefined;
}

export function WorkingLine({ progress }: { progress?: Progress | undefined }) {
  const run = useThread((state) => state.run);
  const now = useNow(1000, run !== undefined);
  if (run === undefined) return null;
  const elapsed = run.startedAt === undefined || now === 0 ? 0 : now - run.startedAt;
  return (
    <div className="flex items-center gap-2 text-sm text-ink-3">
      <Spinner className="size-3.5 text-accent" />
      <span className="min-w-0 truncate" title={progress?.message}>
        {progress?.message ?? run.step ?? texts.chat.working}
      </span>
      {progress?.percent === undefined ? null : <ProgressBar percent={progress.percent} label={progress.message} />}
      {elapsed < 2000 ? null : (
        <span className="shrink-0 tabular">{formatDuration(Math.round(elapsed / 1000) * 1000)}</span>
      )}
    </div>
  );
}

/** Drawn by attributes, as the page's policy allows no styles in HTML. */
function ProgressBar({ percent, label }: { percent: number; label: string }) {
  return (
    <span className="flex shrink-0 items-center gap-2 tabular">
      <svg
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
        viewBox="0 0 72 4"
        className="h-1 w-18 overflow-hidden rounded-full bg-pick"
      >
        <rect width={(72 * percent) / 100} height={4} rx={2} className="fill-accent" />
      </svg>
      {percent} %
    </span>
  );
}
