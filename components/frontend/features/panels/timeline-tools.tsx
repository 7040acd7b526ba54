"use client";
/** The tool calls of one run, each with its share of the run's time. */
import { cn } from "@/lib/class-names";
import { formatDuration } from "@/lib/format";
import * as texts from "@/lib/texts";
import { useThread } from "../thread/thread-context";
import type { ThreadStore } from "../thread/thread-store";
import { toolLine } from "./timeline-tool-line";
import { durationOf, toolsOfRun } from "./timeline-model";

interface TimelineToolsProps {
  store: ThreadStore;
  runIndex: number;
  /** Length of the run in milliseconds, which the bars are measured by. */
  longest: number | undefined;
}

export function TimelineTools({ store, runIndex, longest }: TimelineToolsProps) {
  // Drawn again when an entry is added or a call ends, not with each letter.
  useThread((state) => state.entries.length);
  useThread((state) => state.run?.runId);
  const tools = toolsOfRun(store.getState(), runIndex);
  return (
    <ul className="grid gap-1 border-t border-line px-3 py-2">
      {tools.map((tool) => {
        const duration = durationOf(tool);
        const { name, target } = toolLine(tool);
        return (
          <li key={tool.key} className="grid grid-cols-[minmax(0,1fr)_72px_56px] items-center gap-2 text-sm">
            <span className={cn("truncate", tool.isError && "text-bad")} title={target}>
              <span className="font-medium">{name}</span> <span className="font-mono text-xs text-ink-2">{target}</span>
              {tool.isError ? <span className="sr-only"> {texts.tools.failed}</span> : null}
            </span>
            <Bar share={duration === undefined || !longest ? 0 : Math.min(1, duration / longest)} />
            <span className="text-right text-xs text-ink-3 tabular">
              {duration === undefined ? "" : formatDuration(duration)}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

/** Drawn by attributes, as the page's policy allows no styles in HTML. */
function Bar({ share }: { share: number }) {
  return (
    <svg aria-hidden viewBox="0 0 72 4" className="h-1 w-18 overflow-hidden rounded-full bg-pick">
      <rect width={Math.max(share > 0 ? 1 : 0, 72 * share)} height={4} className="fill-accent" />
    </svg>
  );
}
