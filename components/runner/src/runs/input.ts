/** What a client posts to start a run, brought into the form that the thread needs. Pure. */
import { RunInput as RunInputSchema } from "@pilothouse/agui";
import type { Message, ResumeEntry, RunAgentInput } from "@ag-ui/core";
import { RunnerError } from "../errors.ts";

export interface Sender {
  readonly userId: string;
  readonly displayName: string;
}

export interface RunRequest {
  readonly runId: string;
  readonly parentRunId?: string;
  readonly messages: readonly Message[];
  readonly resume: readonly ResumeEntry[];
  readonly state?: unknown;
}

export interface ReadInputOptions {
  readonly threadId: string;
  readonly sender: Sender | undefined;
  readonly newId: () => string;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Fills in what a session knows by itself (thread, ids) and checks the rest.
 *
 * @throws RunnerError BODY_INVALID naming the field
 */
export function readRunInput(body: unknown, options: ReadInputOptions): RunAgentInput {
  if (!isRecord(body)) throw new RunnerError("BODY_INVALID", "the body must be an object: AG-UI's RunAgentInput");
  const messages = Array.isArray(body["messages"])
    ? body["messages"].map((message: unknown) => (isRecord(message) ? { id: options.newId(), ...message } : message))
    : [];
  const filled = {
    ...body,
    threadId: body["threadId"] ?? options.threadId,
    runId: body["runId"] ?? options.newId(),
    messages,
    tools: body["tools"] ?? [],
    context: body["context"] ?? [],
  };
  const result = RunInputSchema.safeParse(filled);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new RunnerError("BODY_INVALID", `${issue?.path.join(".") ?? "body"}: ${issue?.message ?? "invalid"}`);
  }
  // Clients name conversations by ids of their own; a session has one thread, whatever they call it.
  return { ...result.data, threadId: options.threadId };
}

/**
 * Of a history that a client sent along, the messages that the thread does not have: those after the last answer whose
 * ids were not seen.
 *
 * @throws RunnerError RUN_EMPTY when there is neither a new message nor an answer to a question
 */
export function newMessages(
  input: RunAgentInput,
  seen: ReadonlySet<string>,
  options: Pick<ReadInputOptions, "sender">,
): RunRequest {
  const answered = input.messages.findLastIndex((message) => message.role === "assistant" || message.role === "tool");
  const fresh = input.messages
    .slice(answered + 1)
    .filter((message) => ["user", "system", "developer"].includes(message.role) && !seen.has(message.id))
    .map((message) => withSender(message, options.sender));
  const resume = input.resume ?? [];
  if (fresh.length === 0 && resume.length === 0)
    throw new RunnerError("RUN_EMPTY", "nothing to run: messages holds no new user message, and resume no answer");
  return {
    runId: input.runId,
    ...(input.parentRunId === undefined ? {} : { parentRunId: input.parentRunId }),
    messages: fresh,
    resume,
    ...(input.state === undefined ? {} : { state: input.state }),
  };
}

function withSender(message: Message, sender: Sender | undefined): Message {
  if (message.role !== "user" || sender === undefined || isRecord(message.metadata?.["sender"])) return message;
  return { ...message, metadata: { ...message.metadata, sender } };
}

/** The beginning of what a run is about, for lists. */
export function previewOf(request: RunRequest): string {
  const message = request.messages.at(-1);
  const content = message === undefined || !("content" in message) ? "" : message.content;
  if (typeof content === "string") return content.slice(0, 200);
  if (!Array.isArray(content)) return "";
  const [text] = content.flatMap((part) => (part.type === "text" ? [part.text] : []));
  return (text ?? "").slice(0, 200);
}

export function senderOf(request: RunRequest): Sender | undefined {
  const sender: unknown = request.messages.at(-1)?.metadata?.["sender"];
  if (!isRecord(sender) || typeof sender["userId"] !== "string") return undefined;
  const displayName = typeof sender["displayName"] === "string" ? sender["displayName"] : sender["userId"];
  return { userId: sender["userId"], displayName };
}
