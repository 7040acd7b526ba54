/** What a client posts to start a run, made into what the runner gets: ids filled in, and the sender named by us. */
import { randomUUID } from "node:crypto";
import type { InputMessage, MessageSender, ResumeEntry, RunRequest } from "@pilothouse/contracts";
import { invalidField } from "../errors/api-error.ts";
import type { Identity } from "../identity/identity.ts";

/**
 * The RunAgentInput for the runner. The address names the session, and a session has one thread: the id that a client
 * gives to a conversation is its own affair. `metadata.sender` of user messages is the caller, whatever the
 * client wrote. What has no id gets one that is made of `requestId`, where there is one: a request that is carried out again
 * is the same run to the runner.
 */
export function runInput(request: RunRequest, threadId: string, identity: Identity, requestId: string = randomUUID()) {
  if (request.messages.length === 0 && (request.resume ?? []).length === 0) {
    throw invalidField("messages", "a run needs a message, or resume[]");
  }
  const sender: MessageSender = { userId: identity.userId, displayName: identity.displayName };
  return {
    ...request,
    threadId,
    runId: request.runId ?? `run-${requestId}`,
    messages: request.messages.map((message, index) => prepare(message, sender, `message-${requestId}-${index}`)),
    // AG-UI knows an answer without a payload, and no payload that is null.
    ...(request.resume === undefined ? {} : { resume: request.resume.map(withoutNull) }),
    tools: request.tools ?? [],
    context: request.context ?? [],
    state: request.state ?? {},
    forwardedProps: request.forwardedProps ?? {},
  };
}

function withoutNull(entry: ResumeEntry): ResumeEntry {
  const { payload, ...rest } = entry;
  return payload === null ? rest : entry;
}

function prepare(message: InputMessage, sender: MessageSender, id: string): InputMessage {
  const { sender: _claimed, ...metadata } = message.metadata ?? {};
  const prepared = { ...message, id: message.id ?? id };
  if (message.role === "user") return { ...prepared, metadata: { ...metadata, sender } };
  return message.metadata === undefined ? prepared : { ...prepared, metadata };
}
