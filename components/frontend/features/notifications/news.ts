/** What happened to sessions that somebody who looks elsewhere wants to know. Pure. */
import type { AgenticSession } from "@pilothouse/contracts";

export type NewsKind = "waiting" | "done" | "completed" | "failed" | "stopped";

export interface News {
  readonly session: AgenticSession;
  readonly kind: NewsKind;
}

type Mark = string;

const markOf = ({ status }: AgenticSession): Mark => `${status?.phase ?? ""} ${status?.agent?.status ?? ""}`;

export type Marks = ReadonlyMap<string, Mark>;

export const marksOf = (sessions: readonly AgenticSession[]): Marks =>
  new Map(sessions.map((session) => [session.metadata.uid, markOf(session)]));

/** News of one person's sessions since `before`. A session that was not known then is no news. */
export function newsSince(before: Marks, sessions: readonly AgenticSession[], userId: string): readonly News[] {
  return sessions.flatMap((session): News[] => {
    const former = before.get(session.metadata.uid);
    if (former === undefined || former === markOf(session) || session.spec.userContext?.userId !== userId) return [];
    const kind = kindOf(session, former);
    return kind === undefined ? [] : [{ session, kind }];
  });
}

function kindOf({ status }: AgenticSession, former: Mark): NewsKind | undefined {
  switch (status?.phase) {
    case "Running":
      if (status.agent?.status === "waiting_input") return "waiting";
      return status.agent?.status === "idle" && former === "Running working" ? "done" : undefined;
    case "Completed":
      return "completed";
    case "Failed":
      return "failed";
    case "Stopped":
      // Who stopped it knows.
      return status.stoppedReason === undefined || status.stoppedReason === "user" ? undefined : "stopped";
    default:
      return undefined;
  }
}
