/** The digest of what the agent does, for `status.agent`: a pure step per event. */
import { EventType, type Event } from "@pilothouse/agui";
import { AgentDigest } from "@pilothouse/contracts/resources/agentic-session";
import { isWorkspaceRun } from "../runs/workspace-news.ts";

export interface DigestState {
  readonly digest: AgentDigest;
  /** Text of the message that is being written now, and of the last one that was finished in this run. */
  readonly text: string;
  readonly messageId: string | undefined;
}

const LONGEST_MESSAGE = 1024;
const LONGEST_RESULT = 8192;

/** From what a former attempt left in the session's status; a run of it can no longer be active. */
export function initialDigest(former: AgentDigest | undefined, waiting: boolean): DigestState {
  const { runId: _run, ...kept } = former ?? AgentDigest.parse({ status: "idle" });
  return { digest: { ...kept, status: waiting ? "waiting_input" : "idle" }, text: "", messageId: undefined };
}

export function digestEvent(state: DigestState, event: Event, seq: number): DigestState {
  const next = step(state, event);
  const lastActivityTime = new Date(event.timestamp ?? 0).toISOString();
  return { ...next, digest: { ...next.digest, lastSeq: seq, lastActivityTime } };
}

function step(state: DigestState, event: Event): DigestState {
  const { digest } = state;
  switch (event.type) {
    case EventType.RUN_STARTED:
      return { ...state, text: "", digest: { ...digest, status: "working", runId: event.runId } };
    case EventType.TEXT_MESSAGE_START:
      // What a subagent says is not what the agent says.
      if (event.subagentRunId !== undefined) return state;
      return { ...state, text: "", messageId: event.messageId };
    case EventType.TEXT_MESSAGE_CONTENT:
      if (event.messageId !== state.messageId) return state;
      return withText(state, `${state.text}${event.delta}`.slice(0, 4 * LONGEST_RESULT));
    case EventType.TOOL_CALL_START:
      return { ...state, digest: { ...digest, toolCalls: digest.toolCalls + 1 } };
    case EventType.RUN_FINISHED:
      if (isWorkspaceRun(event.runId)) return idleAgain(state);
      return finish(
        state,
        event.outcome?.type ?? "success",
        event.outcome?.type === "cancelled" ? "Cancelled." : undefined,
      );
    case EventType.RUN_ERROR:
      if (isWorkspaceRun(event.metadata?.["runId"] ?? digest.runId)) return idleAgain(state);
      return finish(state, "error", event.message);
    default:
      return state;
  }
}

/** The platform's own runs are no turns of the agent, and say nothing of its result. */
function idleAgain(state: DigestState): DigestState {
  const { runId: _run, ...rest } = state.digest;
  return { ...state, text: "", messageId: undefined, digest: { ...rest, status: "idle" } };
}

function withText(state: DigestState, text: string): DigestState {
  const lastMessage = truncate(text, LONGEST_MESSAGE);
  return { ...state, text, digest: { ...state.digest, lastMessage } };
}

function finish(
  state: DigestState,
  outcome: "success" | "error" | "interrupt" | "cancelled",
  instead: string | undefined,
): DigestState {
  const waiting = outcome === "interrupt";
  const { runId: _run, progress, ...others } = state.digest;
  // How far the work is means nothing when it is done.
  const rest = waiting && progress !== undefined ? { ...others, progress } : others;
  const text = truncate(
    outcome === "error" ? (instead ?? "") : state.text === "" ? (instead ?? "") : state.text,
    LONGEST_RESULT,
  );
  const result = waiting ? rest.result : { text, isError: outcome === "error" };
  return {
    text: "",
    messageId: undefined,
    digest: {
      ...rest,
      status: waiting ? "waiting_input" : "idle",
      lastRunOutcome: outcome,
      turns: rest.turns + 1,
      // A question is half of a run: its answer goes on with it.
      finishedRuns: rest.finishedRuns + (waiting ? 0 : 1),
      ...(result === undefined ? {} : { result }),
    },
  };
}

/** At most `length` bytes of UTF-8, cut at a character and marked as cut. */
export function truncate(text: string, length: number): string {
  if (Buffer.byteLength(text) <= length) return text;
  const bytes = Buffer.from(text).subarray(0, length - 3);
  return `${new TextDecoder("utf-8", { fatal: false }).decode(bytes).replace(/\uFFFD$/, "")}…`;
}
