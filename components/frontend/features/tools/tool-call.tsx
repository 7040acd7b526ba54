"use client";
/** A tool call: one line that says what it does, and below it what a reader wants to see of it. */
import { ChevronRight } from "lucide-react";
import { useId, useMemo } from "react";
import { cn } from "@/lib/class-names";
import { formatDuration } from "@/lib/format";
import * as texts from "@/lib/texts";
import { useNow } from "@/lib/use-now";
import { useDisclosure } from "../thread/thread-context";
import type { ToolEntry } from "../thread/thread-state";
import { describeTool, type ToolDescription } from "./describe-tool";
import { parseArguments } from "./partial-json";
import { ToolBody } from "./tool-body";
import { editDiff, exitCode } from "./tool-facts";
import type { ToolFamily } from "./tool-family";
import { ToolGlyph } from "./tool-state";
import { tenseOf, type ToolStatus } from "./tool-status";
import { ToolSubagents } from "./tool-subagents";
import { useToolStatus } from "./use-tool-status";

/** Families that show what they did without being asked. */
const OPEN: ReadonlySet<ToolFamily> = new Set(["shell", "edit", "write", "todo"]);

export function ToolCall({ entry }: { entry: ToolEntry }) {
  const args = useMemo(() => parseArguments(entry.argumentsText), [entry.argumentsText]);
  const status = useToolStatus(entry);
  const description = describeTool(entry.name, args, tenseOf(status));
  const { family } = description;
  const isFailed = status === "failed";
  // What waits for a decision is shown by the card that asks for it; what did not run has nothing to show.
  const showsItself = status !== "waiting" && status !== "denied" && OPEN.has(family);
  const [isOpen, setOpen] = useDisclosure(
    // Opened while it waited, it is not what somebody wants to see open once it ran.
    status === "waiting" ? `${entry.key} waiting` : entry.key,
    showsItself || (isFailed && family !== "read"),
  );
  const bodyId = useId();
  const isCard = showsItself || isOpen || isFailed || entry.subagents.length > 0;
  return (
    <div
      className={cn(
        "rounded-xl",
        isCard && "overflow-hidden border border-line bg-card",
        isFailed && "border-bad-line",
      )}
    >
      <button
        type="button"
        aria-expanded={isOpen}
        aria-controls={bodyId}
        onClick={() => setOpen(!isOpen)}
        className={cn(
          "group flex w-full items-center gap-2 text-left text-sm text-ink-2 hover:text-ink",
          isCard ? "px-3 py-1.5 -outline-offset-2" : "-mx-1 rounded-md px-1 py-0.5",
        )}
      >
        <ToolGlyph status={status} />
        <Headline description={description} />
        <Facts entry={entry} args={args} family={family} status={status} />
        <ChevronRight
          aria-hidden
          className={cn("size-3.5 shrink-0 text-ink-3 transition-transform duration-100", isOpen && "rotate-90")}
        />
      </button>
      <div id={bodyId}>
        {isOpen ? <ToolBody entry={entry} args={args} family={family} status={status} /> : null}
        {entry.subagents.length === 0 ? null : <ToolSubagents positions={entry.subagents} />}
      </div>
    </div>
  );
}

function Headline({ description }: { description: ToolDescription }) {
  return (
    <span className="flex min-w-0 flex-1 items-baseline gap-1.5 overflow-hidden">
      <span className="max-w-4/5 shrink-0 truncate font-medium text-ink">{description.verb}</span>
      {description.target === "" ? null : (
        <span title={description.title} className={cn("truncate", description.isCode && "font-mono text-xs")}>
          {description.target}
        </span>
      )}
      {description.note === undefined ? null : (
        <span className="max-w-2/5 shrink-0 truncate text-xs text-ink-3">{description.note}</span>
      )}
    </span>
  );
}

/** What came of it, at the right edge: exit code, lines, time. */
function Facts({
  entry,
  args,
  family,
  status,
}: {
  entry: ToolEntry;
  args: Readonly<Record<string, unknown>>;
  family: ToolFamily;
  status: ToolStatus;
}) {
  const diff = useMemo(() => (family === "edit" || family === "write" ? editDiff(args) : undefined), [family, args]);
  const code = family === "shell" && status === "failed" ? exitCode(entry.result) : undefined;
  return (
    <span className="ml-auto flex shrink-0 items-center gap-2 pl-2 text-xs text-ink-3 tabular">
      {diff === undefined || diff.additions === 0 ? null : <span className="text-ok">+{diff.additions}</span>}
      {diff === undefined || diff.deletions === 0 ? null : <span className="text-bad">−{diff.deletions}</span>}
      {code === undefined ? null : <span className="text-bad">{texts.tools.exit(code)}</span>}
      {status === "waiting" ? <span className="font-medium text-warn-ink">{texts.tools.waiting}</span> : null}
      {status === "denied" ? <span>{texts.tools.denied}</span> : null}
      {status === "waiting" || status === "denied" ? null : <Elapsed entry={entry} isRunning={status === "running"} />}
    </span>
  );
}

function Elapsed({ entry, isRunning }: { entry: ToolEntry; isRunning: boolean }) {
  const now = useNow(1000, isRunning);
  if (entry.startedAt === undefined) return null;
  const until = entry.endedAt ?? (isRunning ? now : undefined);
  if (until === undefined || until < entry.startedAt) return null;
  const elapsed = until - entry.startedAt;
  return isRunning && elapsed < 2000 ? null : <span>{formatDuration(elapsed)}</span>;
}
