"use client";
import type { AgenticSession } from "@pilothouse/contracts";
import { PanelRight, Play, Square } from "lucide-react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Spinner } from "@/components/ui/spinner";
import { StateGlyph } from "@/components/ui/state-glyph";
import { useAllowed } from "@/lib/api/queries";
import { cn } from "@/lib/class-names";
import { formatCost } from "@/lib/format";
import { sessionState, sessionTitle } from "@/lib/session-state";
import * as texts from "@/lib/texts";
import { useThread } from "../thread/thread-context";
import { liveRunOf, liveState } from "./live-state";
import { SessionMenu } from "./session-menu";
import type { useSessionActions } from "./use-session-actions";

interface SessionHeaderProps {
  project: string;
  session: AgenticSession;
  actions: ReturnType<typeof useSessionActions>;
  isPanelOpen: boolean;
  onTogglePanel: () => void;
}

export function SessionHeader({ project, session, actions, isPanelOpen, onTogglePanel }: SessionHeaderProps) {
  const state = liveState(session, useThread(liveRunOf));
  const title = sessionTitle(session);
  return (
    // As wide as the conversation, not as the window: beside a wide panel it breaks into two lines, as on a phone.
    <div className="@container border-b border-line">
      <header className="flex min-h-13 flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2 @lg:flex-nowrap sm:px-6">
        <h1 className="max-w-full min-w-0 truncate text-[14.5px] font-semibold tracking-[-0.005em]" title={title}>
          {title}
        </h1>
        <Subject session={session} />
        <span title={state.reason} className="shrink-0">
          <Badge tone={state.tone === "neutral" ? "neutral" : state.tone}>
            <StateGlyph state={state} />
            {state.label}
          </Badge>
        </span>
        <span className="min-w-0 flex-1" />
        <CostMeter session={session} />
        <LifecycleButton project={project} session={session} actions={actions} />
        <Button
          variant="ghost"
          size="icon-sm"
          aria-pressed={isPanelOpen}
          aria-label={isPanelOpen ? texts.session.hidePanel : texts.session.showPanel}
          onClick={onTogglePanel}
          className={cn(isPanelOpen && "bg-pick text-ink")}
        >
          <PanelRight aria-hidden className="size-4" />
        </Button>
        <SessionMenu project={project} session={session} actions={actions} />
      </header>
    </div>
  );
}

/** Repositories and model: what the session is about. */
function Subject({ session }: { session: AgenticSession }) {
  const repos = (session.spec.repos ?? []).map(
    (repo) =>
      repo.name ??
      repo.url
        .split("/")
        .at(-1)
        ?.replace(/\.git$/, "") ??
      repo.url,
  );
  const model = session.status?.agent?.model ?? session.spec.llmSettings?.model;
  const parts = [
    repos.length > 2 ? `${repos.slice(0, 2).join(", ")} +${repos.length - 2}` : repos.join(", "),
    model ?? session.spec.runnerType,
  ];
  return (
    <span className="hidden min-w-0 shrink-[99] truncate text-ink-3 lg:inline">
      {parts.filter((part) => part !== undefined && part !== "").join(" · ")}
    </span>
  );
}

function CostMeter({ session }: { session: AgenticSession }) {
  const cost = session.status?.agent?.usage?.costUsd ?? 0;
  const budget = session.spec.budget?.maxCostUsd;
  if (budget === undefined || budget === 0)
    return cost === 0 ? null : <span className="text-sm text-ink-2 tabular">{formatCost(cost)}</span>;
  return (
    <span className="flex items-center gap-2 text-sm whitespace-nowrap text-ink-2 tabular">
      <BudgetBar share={Math.min(1, cost / budget)} />
      {texts.session.costOf(formatCost(cost), formatCost(budget))}
    </span>
  );
}

/** Drawn by attributes, as the page's policy allows no styles in HTML. */
function BudgetBar({ share }: { share: number }) {
  return (
    <svg
      role="meter"
      aria-label={texts.sessions.columns.cost}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(share * 100)}
      viewBox="0 0 54 4"
      className="h-1 w-13.5 shrink-0 overflow-hidden rounded-full bg-pick"
    >
      <rect width={54 * share} height={4} rx={2} className={share > 0.8 ? "fill-warn" : "fill-accent"} />
    </svg>
  );
}

function LifecycleButton({ project, session, actions }: Pick<SessionHeaderProps, "project" | "session" | "actions">) {
  const canAct = useAllowed(project, "updateSessions");
  const state = sessionState(session);
  if (canAct !== true || session.metadata.deletionTimestamp !== undefined) return null;
  const isStopping = session.status?.phase === "Stopping" || actions.stop.isPending;
  if (state.isLive)
    return (
      <Button size="sm" disabled={isStopping} onClick={() => actions.stop.mutate()}>
        {isStopping ? <Spinner className="size-3.5" /> : <Square aria-hidden className="size-3 fill-current" />}
        {isStopping ? texts.session.stopping : texts.session.stop}
      </Button>
    );
  if (!state.isEnded) return null;
  return (
    <Button size="sm" variant="primary" disabled={actions.start.isPending} onClick={() => actions.start.mutate()}>
      {actions.start.isPending ? <Spinner className="size-3.5" /> : <Play aria-hidden className="size-3.5" />}
      {actions.start.isPending ? texts.session.resuming : texts.session.resume}
    </Button>
  );
}
