"use client";
/** What the model thought: a quiet line, with the thoughts behind it. */
import { ChevronRight } from "lucide-react";
import { useId } from "react";
import { Spinner } from "@/components/ui/spinner";
import { cn } from "@/lib/class-names";
import { formatDuration } from "@/lib/format";
import * as texts from "@/lib/texts";
import { Markdown } from "../markdown/markdown";
import { useDisclosure } from "../thread/thread-context";
import type { ReasoningEntry } from "../thread/thread-state";

export function Reasoning({ entry }: { entry: ReasoningEntry }) {
  const [isOpen, setOpen] = useDisclosure(entry.key, false);
  const bodyId = useId();
  const { startedAt, endedAt } = entry;
  const duration =
    startedAt !== undefined && endedAt !== undefined && endedAt - startedAt >= 1000 ? endedAt - startedAt : undefined;
  const lastLine = entry.text.trimEnd().split("\n").at(-1) ?? "";
  return (
    <div className="text-sm text-ink-2">
      <button
        type="button"
        aria-expanded={isOpen}
        aria-controls={bodyId}
        onClick={() => setOpen(!isOpen)}
        className="-mx-1 flex max-w-full items-center gap-2 rounded-md px-1 py-0.5 text-left hover:text-ink"
      >
        {entry.isStreaming ? (
          <Spinner className="size-3.5 text-accent" />
        ) : (
          <ChevronRight
            aria-hidden
            className={cn("size-3.5 shrink-0 text-ink-3 transition-transform duration-100", isOpen && "rotate-90")}
          />
        )}
        <span className="shrink-0">
          {entry.isStreaming
            ? texts.chat.thinking
            : duration === undefined
              ? texts.chat.thought
              : texts.chat.thoughtFor(formatDuration(duration))}
        </span>
        {entry.isStreaming && !isOpen ? <span className="truncate text-ink-3">{lastLine}</span> : null}
      </button>
      <div id={bodyId}>
        {isOpen ? (
          <div className="mt-1.5 ml-1.5 border-l border-line-2 pl-4">
            {entry.text.trim() === "" ? (
              <p className="text-ink-3">{texts.chat.thoughtHidden}</p>
            ) : (
              <Markdown text={entry.text} />
            )}
          </div>
        ) : null}
      </div>
    </div>
  );
}
