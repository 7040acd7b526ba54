"use client";
/** That the agent works, and for how long: the last line of the conversation while a run is active. */
import { Spinner } from "@/components/ui/spinner";
import { formatDuration } from "@/lib/format";
import { texts } from "@/lib/texts";
import { useNow } from "@/lib/use-now";
import { useThread } from "../thread/thread-context";

export function WorkingLine() {
  const run = useThread((state) => state.run);
  const now = useNow(1000, run !== undefined);
  if (run === undefined) return null;
  const elapsed = run.startedAt === undefined || now === 0 ? 0 : now - run.startedAt;
  return (
    <p className="flex items-center gap-2 text-sm text-ink-3">
      <Spinner className="size-3.5 text-accent" />
      <span>{run.step ?? texts.chat.working}</span>
      {elapsed < 2000 ? null : <span className="tabular">{formatDuration(Math.round(elapsed / 1000) * 1000)}</span>}
    </p>
  );
}
