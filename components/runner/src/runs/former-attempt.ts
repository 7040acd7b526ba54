/** What a former attempt left in the log: a run that nobody ended, and whether the first prompt is in it. */
import { endsRun, EventType, OpenItems, type Event, type EventLog } from "@pilothouse/agui";
import type { Interrupt } from "@ag-ui/core";
import type { Recorder } from "../events/recorder.ts";
import { RunTraceBuilder } from "../tracing/run-trace.ts";

/** The run of the session's first prompt. Its start in the log is the record that the prompt was delivered. */
export function promptRunId(sessionUid: string): string {
  return `prompt-${sessionUid}`;
}

export interface FormerAttempt {
  readonly open: OpenItems;
  readonly promptRecorded: boolean;
  /** Questions of the newest run that wait for an answer. */
  readonly interrupts: readonly Interrupt[];
  /** Calls that the client carries out, and whose results it has not sent. */
  readonly owed: readonly string[];
  /** Messages that the log has; only as far as it was read. */
  readonly messageIds: readonly string[];
  /** Runs that began; only as far as the log was read. */
  readonly runIds: readonly string[];
  /** The newest run, when nobody ended it or when it was closed for that: no trace was sent of it. */
  readonly cutOff: RunTraceBuilder | undefined;
}

const CUT_OFF = "RUNNER_INTERRUPTED";
const CUT_OFF_WORDS =
  "The runner was stopped while this run was active. The conversation goes on with the next message.";
/** How a trace of such a run ends. */
export const CUT_OFF_END: Event = { type: EventType.RUN_ERROR, code: CUT_OFF, message: CUT_OFF_WORDS };

/** Reads the log from `after` on, where the newest run begins; all of it when that is not known. */
export async function readFormerAttempt(log: EventLog, sessionUid: string, after: number): Promise<FormerAttempt> {
  const open = new OpenItems();
  const messageIds: string[] = [];
  const runIds: string[] = [];
  let promptRecorded = false;
  let interrupts: readonly Interrupt[] = [];
  let owed: readonly string[] = [];
  let cutOff: RunTraceBuilder | undefined;
  for await (const batch of log.read({ after })) {
    for (const { event } of batch) {
      open.see(event);
      cutOff = traced(cutOff, event);
      if (event.type === EventType.RUN_FINISHED) {
        interrupts = event.outcome?.type === "interrupt" ? event.outcome.interrupts : [];
        owed = event.outcome?.type === "success" ? (event.outcome.pendingToolCallIds ?? []) : [];
      }
      if (event.type !== EventType.RUN_STARTED) continue;
      interrupts = [];
      owed = [];
      runIds.push(event.runId);
      promptRecorded ||= event.runId === promptRunId(sessionUid);
      messageIds.push(...(event.input?.messages ?? []).map((message) => message.id));
    }
  }
  return { open, promptRecorded, interrupts, owed, messageIds, runIds, cutOff };
}

function traced(run: RunTraceBuilder | undefined, event: Event): RunTraceBuilder | undefined {
  const at = event.timestamp ?? 0;
  if (event.type === EventType.RUN_STARTED) return new RunTraceBuilder(event, at);
  if (endsRun(event)) return event.type === EventType.RUN_ERROR && event.code === CUT_OFF ? run : undefined;
  run?.see(event, at);
  return run;
}

/** Ends the run that a crash cut off. */
export function closeInterruptedRun(former: FormerAttempt, recorder: Recorder): boolean {
  const { run } = former.open;
  if (run === undefined) return false;
  for (const event of former.open.closing()) recorder.record(event);
  recorder.record({
    type: EventType.RUN_ERROR,
    code: CUT_OFF,
    message: CUT_OFF_WORDS,
    metadata: { runId: run.runId },
  });
  return true;
}

/** Says in the transcript that the framework begins anew: it cannot know what stands above. A run of its own. */
export function tellForgotten(recorder: Recorder, threadId: string, framework: string, newId: () => string): void {
  const runId = newId();
  const messageId = newId();
  const delta = `The session was started again. ${framework} keeps no conversations: it does not know what was said above.`;
  recorder.record({ type: EventType.RUN_STARTED, threadId, runId, metadata: { autonomous: "restart" } });
  recorder.record({ type: EventType.TEXT_MESSAGE_START, messageId, role: "system" });
  recorder.record({ type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta });
  recorder.record({ type: EventType.TEXT_MESSAGE_END, messageId });
  recorder.record({ type: EventType.RUN_FINISHED, threadId, runId, outcome: { type: "success" } });
}
