/** A watched list of sessions as a pure function of its events: whole first, then change by change. */
import type { AgenticSession, SessionListEvent } from "@pilothouse/contracts";

export interface SessionListState {
  readonly byUid: ReadonlyMap<string, AgenticSession>;
  /** What a new connection has sent so far; takes the place of `byUid` when it is complete. */
  readonly arriving: ReadonlyMap<string, AgenticSession> | undefined;
}

/** A connection begins: the old list stays in sight until the new one is complete. */
export function beginList(sessions: Iterable<AgenticSession>): SessionListState {
  return { byUid: new Map(Array.from(sessions, (session) => [session.metadata.uid, session])), arriving: new Map() };
}

export function applyListEvent(state: SessionListState, event: SessionListEvent): SessionListState {
  const target = state.arriving ?? state.byUid;
  switch (event.type) {
    case "added":
    case "modified":
      return withTarget(state, new Map(target).set(event.session.metadata.uid, event.session));
    case "deleted": {
      const next = new Map(target);
      next.delete(event.uid);
      return withTarget(state, next);
    }
    case "synced":
      return { byUid: target, arriving: undefined };
  }
}

function withTarget(state: SessionListState, target: ReadonlyMap<string, AgenticSession>): SessionListState {
  return state.arriving === undefined ? { ...state, byUid: target } : { ...state, arriving: target };
}
