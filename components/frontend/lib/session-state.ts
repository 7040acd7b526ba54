/** What a session's phase and agent status mean to a person: one state, with a word, a glyph and a tone. */
import type { AgenticSession } from "@pilothouse/contracts";
import * as texts from "./texts/index.ts";

export type StateGlyph =
  | "clock"
  | "starting"
  | "working"
  | "idle"
  | "waiting"
  | "done"
  | "stopped"
  | "failed"
  | "unknown";
export type StateTone = "neutral" | "accent" | "ok" | "warn" | "bad";

export interface SessionState {
  readonly glyph: StateGlyph;
  readonly tone: StateTone;
  readonly label: string;
  /** The agent waits for a person, or failed: what "Needs you" gathers. */
  readonly needsYou: boolean;
  /** A runner lives, or is about to. */
  readonly isLive: boolean;
  /** Ended, and may be started again. */
  readonly isEnded: boolean;
  /** Why, where that is known. */
  readonly reason: string | undefined;
}

type StateSource = Pick<AgenticSession, "metadata" | "status">;

export function sessionState({ metadata, status }: StateSource): SessionState {
  const state = (
    glyph: StateGlyph,
    tone: StateTone,
    label: string,
    more: Partial<SessionState> = {},
  ): SessionState => ({
    glyph,
    tone,
    label,
    needsYou: false,
    isLive: false,
    isEnded: false,
    reason: status?.message,
    ...more,
  });
  const words = texts.states;
  if (metadata.deletionTimestamp !== undefined) return state("clock", "neutral", words.deleting);
  switch (status?.phase) {
    case undefined:
    case "Pending":
      return state("clock", "neutral", words.pending, { isLive: true });
    case "Queued":
      return state("clock", "neutral", words.queued(status.queuePosition), { isLive: true });
    case "Creating":
      return state("starting", "accent", words.creating, { isLive: true });
    case "Running":
      switch (status.agent?.status) {
        case "waiting_input":
          return state("waiting", "warn", words.waiting, { isLive: true, needsYou: true });
        case "idle":
          return state("idle", "ok", words.idle, { isLive: true });
        case "working":
          return state("working", "accent", words.working, { isLive: true });
        case undefined:
          return state("starting", "accent", words.creating, { isLive: true });
      }
      break;
    case "Stopping":
      return state("stopped", "neutral", words.stopping, { isLive: true });
    case "Stopped": {
      const reason = status.stoppedReason === undefined ? undefined : words.stoppedReasons[status.stoppedReason];
      return state("stopped", "neutral", words.stopped, { isEnded: true, reason: status.message ?? reason });
    }
    case "Completed":
      return state("done", "ok", words.completed, { isEnded: true });
    case "Failed":
      return state("failed", "bad", words.failed, { isEnded: true, needsYou: true });
  }
  return state("unknown", "neutral", words.unknown);
}

/** A name for people: theirs, else the agent's own title, else the task's first line, else the object's name. */
export function sessionTitle(session: Pick<AgenticSession, "metadata" | "spec" | "status">): string {
  const { displayName, initialPrompt } = session.spec;
  for (const name of [displayName, session.status?.agent?.title]) if (name !== undefined && name !== "") return name;
  const line = initialPrompt?.trim().split("\n", 1)[0]?.trim() ?? "";
  if (line === "") return session.metadata.name;
  return line.length <= 80 ? line : `${line.slice(0, 79).trimEnd()}…`;
}

/** When something last happened, in milliseconds since the epoch. */
export function lastActivity({ metadata, status }: StateSource): number {
  const times = [
    status?.agent?.lastActivityTime,
    status?.completionTime,
    status?.startTime,
    metadata.creationTimestamp,
  ];
  for (const time of times) if (time !== undefined && !Number.isNaN(Date.parse(time))) return Date.parse(time);
  return 0;
}

/** "Needs you" first, then by last activity. */
export function compareSessions(a: StateSource, b: StateSource): number {
  return Number(sessionState(b).needsYou) - Number(sessionState(a).needsYou) || lastActivity(b) - lastActivity(a);
}
