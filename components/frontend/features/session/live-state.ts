/** A session's state as its event stream tells it: ahead of the digest in its status, which is written now and then. */
import type { AgenticSession } from "@pilothouse/contracts";
import { type SessionState, sessionState } from "../../lib/session-state.ts";
import type { ThreadState } from "../thread/thread-state.ts";

export type LiveRun = "working" | "waiting" | "none";

export function liveRunOf(state: ThreadState): LiveRun {
  if (state.run !== undefined) return "working";
  return state.pendingInterrupts.length > 0 ? "waiting" : "none";
}

export function liveState(session: AgenticSession, run: LiveRun): SessionState {
  const { metadata, status } = session;
  if (status?.phase !== "Running" || run === "none") return sessionState(session);
  const agent = { promptDelivered: true, lastSeq: 0, turns: 0, toolCalls: 0, finishedRuns: 0, ...status.agent };
  return sessionState({
    metadata,
    status: { ...status, agent: { ...agent, status: run === "working" ? "working" : "waiting_input" } },
  });
}
