/** Runs: what a user said at their start, what they ask at their end, and everything that an end closes. */
import { contentParts } from "../content.ts";
import { isRecord, listOf, numberOf, recordOf, textOf, type WireEvent } from "../fields.ts";
import type {
  Entry,
  InterruptResolution,
  RunRecord,
  Sender,
  ThreadState,
  TokenCount,
  UserEntry,
} from "../thread-state.ts";
import { addEntry, entryBase, entryOf, positionOf, putEntry, timeOf } from "./entries.ts";

export function startRun(state: ThreadState, event: WireEvent): ThreadState {
  const runId = textOf(event["runId"]) ?? `run-${state.lastSeq}`;
  const closed = state.run === undefined ? state : endRun(state, event, "cut");
  const input = recordOf(event["input"]);
  const record: RunRecord = {
    runId,
    startedAt: timeOf(event),
    endedAt: undefined,
    outcome: "running",
    tokens: { input: 0, output: 0, cached: 0 },
    toolCalls: 0,
    firstEntry: closed.entries.length,
  };
  const started: ThreadState = {
    ...closed,
    run: { runId, startedAt: timeOf(event), step: undefined },
    runs: closed.runs.push(record),
  };
  const answered = listOf(input["resume"]).reduce<ThreadState>(resolveInterrupt, started);
  const messages = listOf(input["messages"]).filter(isRecord);
  const said = messages.reduce<ThreadState>((next, message) => addUserMessage(next, event, message), answered);
  // Work that starts by itself (a background task that finished) leaves a question open; a new message does not.
  return said.entries.length > answered.entries.length ? supersede(said) : said;
}

/** Adds a user's message, unless it is known already. */
export function addUserMessage(state: ThreadState, event: WireEvent, message: Record<string, unknown>): ThreadState {
  const id = textOf(message["id"]);
  if (message["role"] !== "user" || id === undefined || positionOf(state, `user:${id}`) !== undefined) return state;
  const entry: UserEntry = {
    ...entryBase(state, event, `user:${id}`, id),
    subagentRunId: textOf(message["subagentRunId"]),
    kind: "user",
    parts: contentParts(message["content"]),
    sender: senderOf(message),
  };
  return addEntry(state, entry);
}

function senderOf(message: Record<string, unknown>): Sender | undefined {
  const sender = recordOf(recordOf(message["metadata"])["sender"]);
  const userId = textOf(sender["userId"]);
  return userId === undefined ? undefined : { userId, displayName: textOf(sender["displayName"]) };
}

function resolveInterrupt(state: ThreadState, entry: unknown): ThreadState {
  const { interruptId, status, payload } = recordOf(entry);
  const found = entryOf(state, `interrupt:${textOf(interruptId) ?? ""}`, "interrupt");
  if (found === undefined) return state;
  const resolution: InterruptResolution = status === "cancelled" ? { status } : { status: "resolved", payload };
  return settle(state, [found.position], resolution);
}

function supersede(state: ThreadState): ThreadState {
  return settle(state, state.pendingInterrupts, { status: "superseded" });
}

function settle(state: ThreadState, positions: readonly number[], resolution: InterruptResolution): ThreadState {
  let next = state;
  for (const position of positions) {
    const entry = next.entries.get(position);
    if (entry?.kind === "interrupt") next = putEntry(next, position, { ...entry, resolution });
  }
  return { ...next, pendingInterrupts: state.pendingInterrupts.filter((position) => !positions.includes(position)) };
}

export function finishRun(state: ThreadState, event: WireEvent): ThreadState {
  const outcome = recordOf(event["outcome"]);
  if (outcome["type"] === "interrupt") {
    const ended = endRun(state, event, "interrupt");
    return listOf(outcome["interrupts"]).reduce<ThreadState>(
      (next, item) => addInterrupt(next, event, recordOf(item)),
      ended,
    );
  }
  if (outcome["type"] !== "cancelled") return endRun(state, event, "success");
  return addRunEnd(endRun(state, event, "cancelled"), event, state, "cancelled");
}

export function failRun(state: ThreadState, event: WireEvent): ThreadState {
  const isCut = event["code"] === "RUNNER_INTERRUPTED";
  return addRunEnd(endRun(state, event, isCut ? "cut" : "error"), event, state, isCut ? "cut" : "error");
}

function addRunEnd(
  state: ThreadState,
  event: WireEvent,
  before: ThreadState,
  outcome: "error" | "cancelled" | "cut",
): ThreadState {
  const id = `${before.run?.runId ?? "none"}@${state.entries.length}`;
  return addEntry(state, {
    ...entryBase(state, event, `run-end:${id}`, id),
    runId: before.run?.runId,
    kind: "run-end",
    outcome,
    message: textOf(event["message"]),
    code: textOf(event["code"]),
  });
}

function addInterrupt(state: ThreadState, event: WireEvent, interrupt: Record<string, unknown>): ThreadState {
  const id = textOf(interrupt["id"]);
  if (id === undefined) return state;
  const found = entryOf(state, `interrupt:${id}`, "interrupt");
  if (found !== undefined) {
    if (found.entry.resolution === undefined) return state;
    const asked = putEntry(state, found.position, { ...found.entry, resolution: undefined });
    return { ...asked, pendingInterrupts: [...asked.pendingInterrupts, found.position] };
  }
  const position = state.entries.length;
  const next = addEntry(state, {
    ...entryBase(state, event, `interrupt:${id}`, id),
    kind: "interrupt",
    // Shown in the main conversation, also when a subagent asks: a reader must not have to search for it.
    subagentRunId: undefined,
    reason: textOf(interrupt["reason"]) ?? "",
    message: textOf(interrupt["message"]),
    toolCallId: textOf(interrupt["toolCallId"]),
    responseSchema: interrupt["responseSchema"],
    metadata: recordOf(interrupt["metadata"]),
    resolution: undefined,
  });
  return { ...next, pendingInterrupts: [...next.pendingInterrupts, position] };
}

/** Closes whatever the run left open. */
function endRun(state: ThreadState, event: WireEvent, outcome: RunRecord["outcome"]): ThreadState {
  let next = state;
  for (let position = state.settledUntil; position < state.entries.length; position += 1) {
    const entry = next.entries.get(position);
    const ended = entry === undefined ? undefined : endedEntry(entry, event, outcome);
    if (ended !== entry && ended !== undefined) next = putEntry(next, position, ended);
  }
  const index = next.runs.length - 1;
  const record = next.runs.get(index);
  const runs =
    record?.outcome === "running"
      ? next.runs.set(index, { ...record, outcome, endedAt: timeOf(event), tokens: tokensOf(event) })
      : next.runs;
  return { ...next, runs, run: undefined, settledUntil: state.entries.length, chunks: new Map() };
}

function endedEntry(entry: Entry, event: WireEvent, outcome: RunRecord["outcome"]): Entry {
  const endedAt = timeOf(event);
  switch (entry.kind) {
    case "text":
    case "reasoning":
      return entry.isStreaming ? { ...entry, isStreaming: false, endedAt } : entry;
    case "tool":
      return entry.phase === "done" ? entry : { ...entry, phase: "unanswered" };
    case "subagent":
      return entry.phase === "running" ? { ...entry, phase: outcome === "success" ? "done" : "cut", endedAt } : entry;
    case "user":
    case "activity":
    case "interrupt":
    case "run-end":
      return entry;
  }
}

function tokensOf(event: WireEvent): TokenCount {
  const tokens = { input: 0, output: 0, cached: 0 };
  for (const item of listOf(event["usage"])) {
    const usage = recordOf(item);
    tokens.input += numberOf(usage["inputTokens"]) ?? 0;
    tokens.output += numberOf(usage["outputTokens"]) ?? 0;
    tokens.cached += numberOf(usage["cachedInputTokens"]) ?? 0;
  }
  return tokens;
}

export function setStep(state: ThreadState, step: string | undefined): ThreadState {
  return state.run === undefined ? state : { ...state, run: { ...state.run, step } };
}
