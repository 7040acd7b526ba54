"use client";
/** Neighbouring reads and searches as one quiet line that opens to the single calls. */
import { ChevronRight } from "lucide-react";
import { useId } from "react";
import { cn } from "@/lib/class-names";
import { formatDuration } from "@/lib/format";
import { useDisclosure, useEntries } from "../thread/thread-context";
import type { ToolEntry } from "../thread/thread-state";
import { summarizeGroup } from "./group-summary";
import { ToolCall } from "./tool-call";
import { ToolGlyph } from "./tool-state";
import { useToolStatus } from "./use-tool-status";

export function QuietGroup({ groupKey, positions }: { groupKey: string; positions: readonly number[] }) {
  const entries = useEntries(positions);
  const [isOpen, setOpen] = useDisclosure(`group ${groupKey}`, false);
  const bodyId = useId();
  const calls = entries.filter((entry) => entry.kind === "tool" && !entry.hidden) as readonly ToolEntry[];
  const [first] = calls;
  if (first === undefined) return null;
  if (calls.length === 1) return <ToolCall entry={first} />;
  const worst = calls.find((call) => call.phase !== "done") ?? calls.find((call) => call.isError) ?? first;
  return (
    <div>
      <button
        type="button"
        aria-expanded={isOpen}
        aria-controls={bodyId}
        onClick={() => setOpen(!isOpen)}
        className="-mx-1 flex w-[calc(100%+8px)] items-center gap-2 rounded-md px-1 py-0.5 text-left text-sm text-ink-2 hover:text-ink"
      >
        <GroupGlyph entry={worst} />
        <span className="min-w-0 flex-1 truncate">{summarizeGroup(calls)}</span>
        <span className="shrink-0 text-xs text-ink-3 tabular">{groupDuration(calls)}</span>
        <ChevronRight
          aria-hidden
          className={cn("size-3.5 shrink-0 text-ink-3 transition-transform duration-100", isOpen && "rotate-90")}
        />
      </button>
      <div
        id={bodyId}
        className={cn(isOpen && "mt-1.5 ml-1.5 grid grid-cols-[minmax(0,1fr)] gap-1.5 border-l border-line pl-4")}
      >
        {isOpen ? calls.map((call) => <ToolCall key={call.key} entry={call} />) : null}
      </div>
    </div>
  );
}

function GroupGlyph({ entry }: { entry: ToolEntry }) {
  return <ToolGlyph status={useToolStatus(entry)} />;
}

function groupDuration(calls: readonly ToolEntry[]): string {
  const start = Math.min(...calls.map((call) => call.startedAt ?? Number.NaN));
  const end = Math.max(...calls.map((call) => call.endedAt ?? Number.NaN));
  return Number.isNaN(start) || Number.isNaN(end) || end < start ? "" : formatDuration(end - start);
}
