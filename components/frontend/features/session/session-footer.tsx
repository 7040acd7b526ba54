"use client";
import type { AgenticSession } from "@pilothouse/contracts";
import { cn } from "@/lib/class-names";
import { formatCount } from "@/lib/format";
import { sessionState } from "@/lib/session-state";
import * as texts from "@/lib/texts";
import { NotifyButton } from "../notifications/notify-button";
import type { ConnectionState } from "../thread/connection/event-stream";

export function SessionFooter({ session, connection }: { session: AgenticSession; connection: ConnectionState }) {
  const agent = session.status?.agent;
  const usage = agent?.usage;
  const tokens = (usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0) + (usage?.cachedTokens ?? 0);
  return (
    <div className="mx-auto mt-1.5 flex max-w-[720px] items-center gap-4 px-1.5 text-2xs text-ink-3">
      <Connection connection={connection} isEnded={sessionState(session).isEnded} />
      {agent === undefined ? null : (
        <span className="truncate tabular">
          {texts.session.counts(agent.turns, agent.toolCalls, formatCount(tokens))}
        </span>
      )}
      <NotifyButton />
    </div>
  );
}

const tones = {
  connecting: "bg-ink-3",
  live: "bg-ok",
  waiting: "bg-warn animate-breathe",
  paused: "bg-ink-3",
  refused: "bg-bad",
} as const;

function Connection({ connection, isEnded }: { connection: ConnectionState; isEnded: boolean }) {
  const { status } = connection;
  const label = isEnded && status !== "refused" ? texts.connection.ended : texts.connection[status];
  return (
    <span
      role="status"
      className={cn("flex min-w-19 shrink-0 items-center gap-1.5", status === "waiting" && !isEnded && "text-warn-ink")}
    >
      <span aria-hidden className={cn("size-1.5 rounded-full", isEnded ? "bg-ink-3" : tones[status])} />
      {label}
    </span>
  );
}
