/**
 * The graph keys its messages by id and its calls by theirs, and a provider may use an id again: history would be written
 * over, or a call be taken for done. So every message gets an id of ours, and a call whose id was there before, too.
 */
import { randomUUID } from "node:crypto";
import { AIMessage, type BaseMessage } from "@langchain/core/messages";

/** @param newId for a call's id that is in use; the id under which it is told elsewhere */
export function withFreshIds(
  message: AIMessage,
  before: readonly BaseMessage[],
  newId: (id: string) => string,
): AIMessage {
  const used = new Set(before.flatMap((one) => (AIMessage.isInstance(one) ? callIds(one) : [])));
  const renamed = new Map<string, string>();
  for (const id of callIds(message)) {
    if (!used.has(id)) continue;
    const told = newId(id);
    renamed.set(id, used.has(told) ? randomUUID() : told);
  }
  const calls = (message.tool_calls ?? []).map((call) => ({
    ...call,
    id: call.id === undefined ? randomUUID() : (renamed.get(call.id) ?? call.id),
  }));
  const { content, additional_kwargs, response_metadata, usage_metadata, name, invalid_tool_calls } = message;
  return new AIMessage({
    id: randomUUID(),
    content: renamed.size === 0 ? content : replaced(content, renamed),
    additional_kwargs: renamed.size === 0 ? additional_kwargs : replaced(additional_kwargs, renamed),
    response_metadata,
    tool_calls: calls,
    ...(invalid_tool_calls === undefined ? {} : { invalid_tool_calls }),
    ...(usage_metadata === undefined ? {} : { usage_metadata }),
    ...(name === undefined ? {} : { name }),
  });
}

function callIds(message: AIMessage): string[] {
  return (message.tool_calls ?? []).flatMap((call) => (call.id === undefined ? [] : [call.id]));
}

/** Providers repeat a call's id in the parts of the message, each in its own place. */
function replaced<T>(value: T, ids: ReadonlyMap<string, string>): T {
  return JSON.parse(JSON.stringify(value), (_key, part: unknown) =>
    typeof part === "string" ? (ids.get(part) ?? part) : part,
  ) as T;
}
