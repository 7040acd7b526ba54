/**
 * The thread as a pure function of its events: `reduceThread(state, event, seq)`.
 *
 * Never throws and never waits for an event that may not come: what is missing is made up for (content without a start
 * starts its message), what comes late finds its place (a result after the run's end), what comes again is ignored (a
 * reconnect replays from the last `seq`). The cost of one event does not grow with the thread.
 */
import { applyPatch } from "../json-patch.ts";
import { textOf, type WireEvent } from "../fields.ts";
import type { ThreadState } from "../thread-state.ts";
import {
  chunkMessage,
  endMessage,
  endReasoning,
  growMessage,
  inReasoningBlock,
  startMessage,
  startReasoning,
} from "./messages.ts";
import { failRun, finishRun, setStep, startRun } from "./runs.ts";
import { patchActivity, snapshotActivity, snapshotMessages } from "./snapshots.ts";
import { failSubagent, finishSubagent, startSubagent } from "./subagents.ts";
import { chunkTool, endTool, growTool, resolveTool, startTool } from "./tools.ts";

/** @param seq the event's number in the session; undefined when the sender does not number */
export function reduceThread(state: ThreadState, event: WireEvent, seq?: number): ThreadState {
  if (seq === undefined) return applyEvent(state, event);
  if (seq <= state.lastSeq) return state;
  return { ...applyEvent(state, event), lastSeq: seq };
}

type Step = (state: ThreadState, event: WireEvent) => ThreadState;

const STEPS: Readonly<Record<string, Step>> = {
  RUN_STARTED: startRun,
  RUN_FINISHED: finishRun,
  RUN_ERROR: failRun,
  STEP_STARTED: (state, event) => setStep(state, textOf(event["stepName"])),
  STEP_FINISHED: (state) => setStep(state, undefined),
  TEXT_MESSAGE_START: (state, event) => startMessage(state, event, "text"),
  TEXT_MESSAGE_CONTENT: (state, event) => growMessage(state, event, "text"),
  TEXT_MESSAGE_END: (state, event) => endMessage(state, event, "text"),
  TEXT_MESSAGE_CHUNK: (state, event) => chunkMessage(state, event, "text"),
  REASONING_START: startReasoning,
  REASONING_MESSAGE_START: (state, event) => startMessage(state, inReasoningBlock(state, event), "reasoning"),
  REASONING_MESSAGE_CONTENT: (state, event) => growMessage(state, inReasoningBlock(state, event), "reasoning"),
  // Inside a block, the block's own end closes it: another message may follow in it.
  REASONING_MESSAGE_END: (state, event) =>
    inReasoningBlock(state, event) === event ? endMessage(state, event, "reasoning") : state,
  REASONING_MESSAGE_CHUNK: (state, event) => chunkMessage(state, inReasoningBlock(state, event), "reasoning"),
  REASONING_END: endReasoning,
  TOOL_CALL_START: startTool,
  TOOL_CALL_ARGS: growTool,
  TOOL_CALL_END: endTool,
  TOOL_CALL_CHUNK: chunkTool,
  TOOL_CALL_RESULT: resolveTool,
  SUBAGENT_STARTED: startSubagent,
  SUBAGENT_FINISHED: finishSubagent,
  SUBAGENT_ERROR: failSubagent,
  STATE_SNAPSHOT: (state, event) => ({ ...state, shared: event["snapshot"] }),
  STATE_DELTA: (state, event) => ({ ...state, shared: applyPatch(state.shared, event["delta"]) }),
  MESSAGES_SNAPSHOT: snapshotMessages,
  ACTIVITY_SNAPSHOT: snapshotActivity,
  ACTIVITY_DELTA: patchActivity,
};

function applyEvent(state: ThreadState, event: WireEvent): ThreadState {
  const step = Object.hasOwn(STEPS, event.type) ? STEPS[event.type] : undefined;
  return step === undefined ? state : step(state, event);
}
