"use client";
import type { AgenticSession } from "@pilothouse/contracts";
import { memo } from "react";
import { Link } from "@/components/ui/link";
import { StateGlyph } from "@/components/ui/state-glyph";
import { Time } from "@/components/ui/time";
import { pages } from "@/lib/api/paths";
import { cn } from "@/lib/class-names";
import { excerpt } from "@/lib/excerpt";
import { formatCost } from "@/lib/format";
import { lastActivity, type SessionState, sessionState, sessionTitle } from "@/lib/session-state";
import * as texts from "@/lib/texts";

interface SessionRowProps {
  project: string;
  session: AgenticSession;
  isSelected: boolean;
  onToggle: () => void;
}

/** Box, title, [state], [runner], [owner], [cost], activity: those in brackets where there is room. */
export const COLUMNS =
  "grid grid-cols-[20px_minmax(0,1fr)_auto] items-center gap-x-3 sm:grid-cols-[20px_minmax(0,1fr)_150px_64px_52px] lg:grid-cols-[20px_minmax(0,1fr)_150px_150px_96px_64px_52px]";

export const SessionRow = memo(function SessionRow({ project, session, isSelected, onToggle }: SessionRowProps) {
  const { metadata, spec, status } = session;
  const state = sessionState(session);
  const title = sessionTitle(session);
  const cost = status?.agent?.usage?.costUsd;
  const runner = [spec.runnerType, status?.agent?.model ?? spec.llmSettings?.model].filter(Boolean).join(" · ");
  const owner = spec.userContext?.displayName ?? spec.userContext?.userId ?? "";
  return (
    <li
      className={cn(
        COLUMNS,
        "group relative rounded-xl px-2 py-2.5 before:absolute before:inset-x-2 before:bottom-0 before:h-px before:bg-line last:before:hidden hover:bg-hover",
        isSelected && "bg-accent-soft hover:bg-accent-soft",
      )}
    >
      <span className="relative grid size-5 place-items-center">
        <StateGlyph
          state={state}
          className={cn("group-focus-within:opacity-0 group-hover:opacity-0", isSelected && "opacity-0")}
        />
        <input
          type="checkbox"
          checked={isSelected}
          onChange={onToggle}
          aria-label={texts.sessions.select(title)}
          className={cn(
            "absolute inset-0.5 z-1 size-4 opacity-0 accent-(--accent) group-focus-within:opacity-100 group-hover:opacity-100",
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
          <Labels labels={metadata.labels} />
        </span>
        <span className="block truncate text-sm text-ink-3">{excerptOf(session, state) ?? runner}</span>
      </span>
      <StateLabel state={state} className="hidden sm:inline" />
      <span title={runner} className="hidden truncate text-sm text-ink-2 lg:inline">
        {status?.agent?.model ?? spec.llmSettings?.model ?? spec.runnerType}
      </span>
      <span title={owner} className="hidden truncate text-sm text-ink-2 lg:inline">
        {owner}
      </span>
      <span className="hidden text-right text-sm text-ink-2 tabular sm:inline">
        {cost === undefined || cost === 0 ? "" : formatCost(cost)}
      </span>
      <Time at={lastActivity(session)} className="relative text-right text-xs text-ink-3 tabular" />
    </li>
  );
});

/** One line: why it is in its state, how far it is, or what the agent last said. */
function excerptOf({ status }: AgenticSession, state: SessionState): string | undefined {
  const isWorking = state.isLive && status?.agent?.status === "working";
  const lines = [state.reason, isWorking ? status.agent?.progress?.message : undefined];
  const line = lines.find((text) => text !== undefined && text !== "")?.split("\n", 1)[0];
  return line ?? excerpt(status?.agent?.lastMessage ?? "");
}

const SHOWN_LABELS = 2;

/** What people put on it; the platform's own labels are the platform's affair. */
function Labels({ labels }: { labels: Record<string, string> | undefined }) {
  const own = Object.entries(labels ?? {}).filter(([key]) => !/(^|\.)pilothouse\.dev\//.test(key));
  return own.slice(0, SHOWN_LABELS).map(([key, value]) => (
    <span
      key={key}
      title={`${key}=${value}`}
      className="hidden max-w-36 shrink-0 truncate rounded-full border border-line-2 px-2 text-2xs text-ink-2 md:inline"
    >
      {value === "" ? key : `${key}=${value}`}
    </span>
  ));
}

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
