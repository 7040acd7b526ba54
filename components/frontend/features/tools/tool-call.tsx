"use client";
/** A tool call: one line that says what it does, and below it what a reader wants to see of it. */
import { ChevronRight } from "lucide-react";
import { useId, useMemo } from "react";
import { cn } from "@/lib/class-names";
import { formatDuration } from "@/lib/format";
import { texts } from "@/lib/texts";
import { useNow } from "@/lib/use-now";
import { useDisclosure } from "../thread/thread-context";
import type { ToolEntry } from "../thread/thread-state";
import { describeTool, type ToolDescription } from "./describe-tool";
import { parseArguments } from "./partial-json";
import { ToolBody } from "./tool-body";
import { editDiff, exitCode } from "./tool-facts";
import type { ToolFamily } from "./tool-family";
import { ToolGlyph } from "./tool-state";
import { ToolSubagents } from "./tool-subagents";

/** Families that show what they did without being asked. */
const OPEN: ReadonlySet<ToolFamily> = new Set(["shell", "edit", "write", "todo"]);

export function ToolCall({ entry }: { entry: ToolEntry }) {
  const args = useMemo(() => parseArguments(entry.argumentsText), [entry.argumentsText]);
  const description = describeTool(entry.name, args, entry.phase === "done" || entry.phase === "unanswered");
  const { family } = description;
  const [isOpen, setOpen] = useDisclosure(entry.key, OPEN.has(family) || (entry.isError && family !== "read"));
  const bodyId = useId();
  const isCard = OPEN.has(family) || isOpen || entry.isError;
  return (
    <div
      className={cn(
        "rounded-xl",
        isCard && "overflow-hidden border border-line bg-card",
        entry.isError && "border-bad-line",
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
        <ToolGlyph entry={entry} />
        <Headline description={description} />
        <Facts entry={entry} args={args} family={family} />
        <ChevronRight
          aria-hidden
          className={cn("size-3.5 shrink-0 text-ink-3 transition-transform duration-100", isOpen && "rotate-90")}
        />
      </button>
      <div id={bodyId}>
        {isOpen ? <ToolBody entry={entry} args={args} family={family} /> : null}
        {entry.subagents.length === 0 ? null : <ToolSubagents positions={entry.subagents} />}
      </div>
    </div>
  );
}

function Headline({ description }: { description: ToolDescription }) {
  return (
    <span className="flex min-w-0 flex-1 items-baseline gap-1.5">
      <span className="shrink-0 font-medium text-ink">{description.verb}</span>
      {description.target === "" ? null : (
        <span title={description.title} className={cn("truncate", description.isCode && "font-mono text-xs")}>
          {description.target}
        </span>
      )}
      {description.note === undefined ? null : <span className="shrink-0 text-xs text-ink-3">{description.note}</span>}
    </span>
  );
}

/** What came of it, at the right edge: exit code, lines, time. */
function Facts({
  entry,
  args,
  family,
}: {
  entry: ToolEntry;
  args: Readonly<Record<string, unknown>>;
  family: ToolFamily;
}) {
  const diff = useMemo(() => (family === "edit" || family === "write" ? editDiff(args) : undefined), [family, args]);
  const code = family === "shell" && entry.isError ? exitCode(entry.result) : undefined;
  return (
    <span className="ml-auto flex shrink-0 items-center gap-2 pl-2 text-xs text-ink-3 tabular">
      {diff === undefined || diff.additions === 0 ? null : <span className="text-ok">+{diff.additions}</span>}
      {diff === undefined || diff.deletions === 0 ? null : <span className="text-bad">−{diff.deletions}</span>}
      {code === undefined ? null : <span className="text-bad">{texts.tools.exit(code)}</span>}
      <Elapsed entry={entry} />
    </span>
  );
}

function Elapsed({ entry }: { entry: ToolEntry }) {
  const isRunning = entry.phase === "arguments" || entry.phase === "running";
  const now = useNow(1000, isRunning);
  if (entry.startedAt === undefined) return null;
  const until = entry.endedAt ?? (isRunning ? now : undefined);
  if (until === undefined || until < entry.startedAt) return null;
  const elapsed = until - entry.startedAt;
  return isRunning && elapsed < 2000 ? null : <span>{formatDuration(elapsed)}</span>;
}
