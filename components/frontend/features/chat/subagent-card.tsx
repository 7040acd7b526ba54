"use client";
/** A subagent: what it was asked, how it stands, and its own conversation on demand. */
import { Bot, ChevronRight } from "lucide-react";
import { useId, useMemo } from "react";
import { Spinner } from "@/components/ui/spinner";
import { cn } from "@/lib/class-names";
import { formatDuration } from "@/lib/format";
import * as texts from "@/lib/texts";
import { useDisclosure, useThreadStore } from "../thread/thread-context";
import type { SubagentEntry } from "../thread/thread-state";
import { useRowRenderer } from "./row-renderer";
import { threadRows } from "./rows";

export function SubagentCard({ entry }: { entry: SubagentEntry }) {
  const [isOpen, setOpen] = useDisclosure(entry.key, false);
  const bodyId = useId();
  const isFailed = entry.phase === "failed" || entry.phase === "cut";
  const duration =
    entry.startedAt !== undefined && entry.endedAt !== undefined
      ? formatDuration(entry.endedAt - entry.startedAt)
      : undefined;
  return (
    <section className={cn("rounded-xl border border-line bg-panel", isFailed && "border-bad-line")}>
      <button
        type="button"
        aria-expanded={isOpen}
        aria-controls={bodyId}
        onClick={() => setOpen(!isOpen)}
        className="flex w-full items-center gap-2 px-3 py-1.5 text-left text-sm text-ink-2 hover:text-ink"
      >
        {entry.phase === "running" ? (
          <Spinner className="size-3.5 text-accent" />
        ) : (
          <Bot aria-hidden className="size-3.5 shrink-0" />
        )}
        <span className="max-w-3/5 min-w-0 truncate font-medium text-ink">{entry.name ?? texts.subagent.fallback}</span>
        <span className="min-w-0 flex-1 truncate">{entry.description}</span>
        <span className={cn("min-w-0 truncate text-xs text-ink-3", isFailed && "text-bad")}>
          {[texts.subagent.phases[entry.phase], texts.subagent.steps(entry.children.length), duration]
            .filter(Boolean)
            .join(" · ")}
        </span>
        <ChevronRight
          aria-hidden
          className={cn("size-3.5 shrink-0 text-ink-3 transition-transform duration-100", isOpen && "rotate-90")}
        />
      </button>
      <div id={bodyId}>
        {entry.message === undefined ? null : <p className="px-3 pb-2 text-sm text-bad">{entry.message}</p>}
        {isOpen ? <SubagentBody entry={entry} /> : null}
      </div>
    </section>
  );
}

function SubagentBody({ entry }: { entry: SubagentEntry }) {
  const RowView = useRowRenderer();
  const store = useThreadStore();
  const rows = useMemo(() => threadRows(store.getState().entries, entry.children), [store, entry.children]);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3 border-t border-line px-3 py-3">
      {rows.map((row) => (
        <RowView key={row.key} row={row} />
      ))}
    </div>
  );
}
