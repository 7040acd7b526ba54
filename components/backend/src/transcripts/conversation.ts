/**
 * A conversation as text for an agent that has no memory of it: a clone with history, or a session whose volume was lost.
 * What was said and which tools were used, the newest of it when there is too much.
 */
import { parseEvent, toMessages, type SequencedEvent } from "@pilothouse/agui";
import type { Message } from "@ag-ui/core";
import type { Store } from "../store/store.ts";
import { contentText } from "./content-text.ts";

const PAGE = 1000;
/** It becomes part of a system prompt, and of one argument of a process (128 KiB on Linux). */
const MOST_BYTES = 60_000;
const LONGEST_MESSAGE = 8_000;
/** Thoughts, deltas of tools and states say nothing here, and need not be read. */
const MATTERS = /"type":"(RUN_STARTED|TEXT_MESSAGE_|TOOL_CALL_START|MESSAGES_SNAPSHOT)/;

export async function conversationText(store: Store, uid: string): Promise<string> {
  const events: SequencedEvent[] = [];
  for (let after = 0; ;) {
    const page = await store.read(uid, after, PAGE);
    const last = page.at(-1);
    if (last === undefined) break;
    for (const { seq, data } of page) if (MATTERS.test(data)) events.push(...parsed(seq, data));
    after = last.seq;
  }
  const parts: string[] = [];
  let bytes = 0;
  for (const part of toMessages(events).flatMap(tell).toReversed()) {
    bytes += Buffer.byteLength(part) + 2;
    if (bytes > MOST_BYTES) {
      parts.push("[what came before is left out]");
      break;
    }
    parts.push(part);
  }
  return parts.toReversed().join("\n\n");
}

function parsed(seq: number, data: string): SequencedEvent[] {
  try {
    return [{ seq, event: parseEvent(JSON.parse(data)) }];
  } catch {
    return [];
  }
}

function tell(message: Message): string[] {
  if (message.role === "user") return said("User", contentText(message.content));
  if (message.role !== "assistant") return [];
  const tools = (message.toolCalls ?? []).map((call) => `[The assistant used the tool ${call.function.name}]`);
  return [...said("Assistant", contentText(message.content ?? "")), ...tools];
}

function said(who: string, words: string): string[] {
  if (words.trim() === "") return [];
  const isLong = words.length > LONGEST_MESSAGE;
  return [`${who}: ${isLong ? `${words.slice(0, LONGEST_MESSAGE)} [and more]` : words}`.toWellFormed()];
}
