/** Snapshots say what a conversation or an activity is, whatever was streamed before. */
import { contentParts, contentText } from "../content.ts";
import { isRecord, listOf, recordOf, textOf, type WireEvent } from "../fields.ts";
import { applyPatch } from "../json-patch.ts";
import type { Entry, ThreadState } from "../thread-state.ts";
import { addEntry, entryBase, entryOf, putEntry } from "./entries.ts";
import { addUserMessage } from "./runs.ts";
import { isErrorResult, newTool, toolKey } from "./tools.ts";

/** Brings the conversation to what the snapshot says: messages are added and corrected; those it leaves out are hidden. */
export function snapshotMessages(state: ThreadState, event: WireEvent): ThreadState {
  const messages = listOf(event["messages"]).filter(isRecord);
  const kept = new Set<string>();
  let next = state;
  for (const message of messages) {
    const id = textOf(message["id"]);
    if (id === undefined) continue;
    next = snapshotMessage(next, event, message, id, kept);
  }
  const keepsReasoning = !messages.some((message) => message["role"] === "reasoning");
  for (let position = 0; position < state.entries.length; position += 1) {
    const entry = next.entries.get(position);
    if (entry !== undefined && !entry.hidden && isLeftOut(entry, kept, keepsReasoning))
      next = putEntry(next, position, { ...entry, hidden: true });
  }
  return next;
}

function isLeftOut(entry: Entry, kept: ReadonlySet<string>, keepsReasoning: boolean): boolean {
  if (entry.kind === "user" || entry.kind === "text" || entry.kind === "tool")
    return !kept.has(`${entry.kind}:${entry.id}`);
  return entry.kind === "reasoning" && !keepsReasoning && !kept.has(`reasoning:${entry.id}`);
}

function snapshotMessage(
  state: ThreadState,
  event: WireEvent,
  message: Record<string, unknown>,
  id: string,
  kept: Set<string>,
): ThreadState {
  const source = { ...event, subagentRunId: message["subagentRunId"] };
  switch (message["role"]) {
    case "user":
      kept.add(`user:${id}`);
      return addUserMessage(state, source, message);
    case "assistant":
      kept.add(`text:${id}`);
      return listOf(message["toolCalls"])
        .filter(isRecord)
        .reduce<ThreadState>(
          (next, call) => snapshotToolCall(next, source, call, kept),
          snapshotText(state, source, "text", id, message),
        );
    case "reasoning":
      kept.add(`reasoning:${id}`);
      return snapshotText(state, source, "reasoning", id, message);
    case "tool":
      kept.add(`tool:${textOf(message["toolCallId"]) ?? ""}`);
      return snapshotResult(state, message);
    default:
      return state; // Instructions to the model are no part of what readers see.
  }
}

function snapshotText(
  state: ThreadState,
  event: WireEvent,
  kind: "text" | "reasoning",
  id: string,
  message: Record<string, unknown>,
): ThreadState {
  const text = contentText(message["content"]);
  const key = `${kind}:${id}`;
  const found = entryOf(state, key, kind);
  if (found !== undefined) {
    // A message in several segments keeps them: the snapshot cannot say where its text was said.
    const isSegmented = state.chunks.has(`segment ${key}`);
    return isSegmented || found.entry.text === text ? state : putEntry(state, found.position, { ...found.entry, text });
  }
  if (text === "") return state;
  const base = { ...entryBase(state, event, key, id), text, isStreaming: false };
  return addEntry(state, kind === "text" ? { ...base, kind, role: "assistant" } : { ...base, kind });
}

function snapshotToolCall(
  state: ThreadState,
  event: WireEvent,
  call: Record<string, unknown>,
  kept: Set<string>,
): ThreadState {
  const id = textOf(call["id"]);
  if (id === undefined) return state;
  kept.add(`tool:${id}`);
  const { name, arguments: argumentsText } = recordOf(call["function"]);
  const facts = { name: textOf(name), argumentsText: textOf(argumentsText) ?? "" };
  const found = entryOf(state, toolKey(id), "tool");
  if (found !== undefined) return putEntry(state, found.position, { ...found.entry, ...facts });
  return addEntry(state, { ...newTool(state, event, id), ...facts, phase: "running" });
}

function snapshotResult(state: ThreadState, message: Record<string, unknown>): ThreadState {
  const found = entryOf(state, toolKey(textOf(message["toolCallId"]) ?? ""), "tool");
  if (found === undefined || found.entry.phase === "done") return state;
  return putEntry(state, found.position, {
    ...found.entry,
    phase: "done",
    result: contentText(message["content"]),
    resultParts: contentParts(message["content"]),
    isError: isErrorResult(message),
  });
}

export function snapshotActivity(state: ThreadState, event: WireEvent): ThreadState {
  const id = textOf(event["messageId"]);
  if (id === undefined) return state;
  const key = `activity:${id}`;
  const facts = { activityType: textOf(event["activityType"]) ?? "", content: event["content"] };
  const found = entryOf(state, key, "activity");
  if (found === undefined) return addEntry(state, { ...entryBase(state, event, key, id), kind: "activity", ...facts });
  return event["replace"] === false ? state : putEntry(state, found.position, { ...found.entry, ...facts });
}

export function patchActivity(state: ThreadState, event: WireEvent): ThreadState {
  const found = entryOf(state, `activity:${textOf(event["messageId"]) ?? ""}`, "activity");
  if (found === undefined) return state;
  return putEntry(state, found.position, { ...found.entry, content: applyPatch(found.entry.content, event["patch"]) });
}
