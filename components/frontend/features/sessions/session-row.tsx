"use client";
import type { AgenticSession } from "@pilothouse/contracts";
import { Link } from "@/components/ui/link";
import { memo } from "react";
import { StateGlyph } from "@/components/ui/state-glyph";
import { Time } from "@/components/ui/time";
import { pages } from "@/lib/api/paths";
import { cn } from "@/lib/class-names";
import { formatCost } from "@/lib/format";
import { lastActivity, type SessionState, sessionState, sessionTitle } from "@/lib/session-state";
import { texts } from "@/lib/texts";

interface SessionRowProps {
  project: string;
  session: AgenticSession;
  isSelected: boolean;
  onToggle: () => void;
}

export const SessionRow = memo(function SessionRow({ project, session, isSelected, onToggle }: SessionRowProps) {
  const { metadata, spec, status } = session;
  const state = sessionState(session);
  const title = sessionTitle(session);
  const cost = status?.agent?.usage?.costUsd;
  const excerpt = state.reason ?? status?.agent?.lastMessage;
  return (
    <li
      className={cn(
        "group relative grid grid-cols-[auto_minmax(0,1fr)_auto] items-center gap-x-3 rounded-xl border-b border-line px-2 py-2.5 last:border-transparent hover:bg-hover sm:grid-cols-[auto_minmax(0,1fr)_150px_64px_36px]",
        isSelected && "bg-accent-soft hover:bg-accent-soft",
      )}
    >
      <span className="grid size-5 place-items-center">
        <StateGlyph
          state={state}
          className={cn("group-focus-within:hidden group-hover:hidden", isSelected && "hidden")}
        />
        <input
          type="checkbox"
          checked={isSelected}
          onChange={onToggle}
          aria-label={texts.sessions.select(title)}
          className={cn(
            "relative z-1 size-4 accent-(--accent) opacity-0 not-sr-only absolute focus-visible:opacity-100 group-hover:opacity-100",
            isSelected && "opacity-100",
          )}
        />
      </span>
      <span className="min-w-0">
        <span className="flex min-w-0 items-baseline gap-2">
          <Link
            href={pages.session(project, metadata.name)}

            className="truncate font-medium after:absolute after:inset-0 after:rounded-xl focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-accent"
          >
            {title}
          </Link>
          <StateLabel state={state} className="sm:hidden" />
        </span>
        <span className="block truncate text-sm text-ink-3">
          {excerpt === undefined || excerpt === ""
            ? [spec.runnerType, spec.llmSettings?.model ?? status?.agent?.model].filter(Boolean).join(" · ")
            : excerpt.split("\n", 1)[0]}
        </span>
      </span>
      <StateLabel state={state} className="hidden sm:inline" />
      <span className="hidden text-right text-sm text-ink-2 tabular sm:inline">
        {cost === undefined || cost === 0 ? "" : formatCost(cost)}
      </span>
      <Time at={lastActivity(session)} className="text-right text-xs text-ink-3 tabular" />
    </li>
  );
});

function StateLabel({ state, className }: { state: SessionState; className: string }) {
  return (
    <span
      className={cn(
        "shrink-0 truncate text-sm text-ink-2",
        state.tone === "warn" && "font-medium text-warn-ink",
        state.tone === "bad" && "text-bad",
        className,
      )}
    >
      {state.label}
    </span>
  );
}
