/** What a client posts to start a run, brought into the form that the thread needs. Pure. */
import { RunInput as RunInputSchema } from "@pilothouse/agui";
import type { Context, Message, ResumeEntry, RunAgentInput, Tool } from "@ag-ui/core";
import { RunnerError } from "../errors.ts";

export interface Sender {
  readonly userId: string;
  readonly displayName: string;
}

export interface RunRequest {
  readonly runId: string;
  readonly parentRunId?: string;
  /** New ones alone; of the role "tool", results of calls that the client carried out. */
  readonly messages: readonly Message[];
  readonly resume: readonly ResumeEntry[];
  readonly state?: unknown;
  /** Tools of the client, which carries out their calls itself. */
  readonly tools?: readonly Tool[];
  /** What the client tells of itself. */
  readonly context?: readonly Context[];
}

export interface ReadInputOptions {
  readonly threadId: string;
  readonly sender: Sender | undefined;
  readonly newId: () => string;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Names that every provider takes. */
const TOOL_NAME = /^[A-Za-z0-9_-]{1,64}$/;
const MOST_TOOLS = 128;

/**
 * Fills in what a session knows by itself (thread, ids), takes the words of older clients, and checks the rest.
 *
 * @throws RunnerError BODY_INVALID naming the field
 */
export function readRunInput(body: unknown, options: ReadInputOptions): RunAgentInput {
  if (!isRecord(body)) throw new RunnerError("BODY_INVALID", "the body must be an object: AG-UI's RunAgentInput");
  const given = withoutNulls(body);
  const list = (field: string): unknown[] => {
    const value = given[field] ?? [];
    if (!Array.isArray(value)) throw new RunnerError("BODY_INVALID", `${field}: must be a list`);
    return value;
  };
  const filled = {
    ...given,
    threadId: given["threadId"] ?? options.threadId,
    runId: given["runId"] ?? options.newId(),
    messages: list("messages").map((message) => presentMessage(message, options.newId)),
    tools: list("tools").map((tool) => (isRecord(tool) ? { description: "", ...withoutNulls(tool) } : tool)),
    context: list("context").map(presentContext),
  };
  const result = RunInputSchema.safeParse(filled);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new RunnerError("BODY_INVALID", `${issue?.path.join(".") ?? "body"}: ${issue?.message ?? "invalid"}`);
  }
  checkTools(result.data.tools);
  // Clients name conversations by ids of their own; a session has one thread, whatever they call it.
  return { ...result.data, threadId: options.threadId };
}

/** Clients in languages without "absent" say null for it. */
function withoutNulls(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null));
}

function presentMessage(value: unknown, newId: () => string): unknown {
  if (!isRecord(value)) return value;
  const message = withoutNulls(value);
  const { content } = message;
  return {
    id: newId(),
    ...message,
    ...(Array.isArray(content) ? { content: content.map(presentPart) } : {}),
  };
}

/** Before AG-UI 1.0 every attachment was a part of the type "binary". */
function presentPart(part: unknown): unknown {
  if (!isRecord(part) || part["type"] !== "binary" || typeof part["mimeType"] !== "string") return part;
  const { mimeType, data, url } = part;
  const [family = ""] = mimeType.split("/");
  const type = ["image", "audio", "video"].includes(family) ? family : "document";
  const source =
    typeof data === "string" ? { type: "data", value: data, mimeType } : { type: "url", value: url, mimeType };
  return { type, source };
}

/** Some clients hand over a value as it is, not as text. */
function presentContext(entry: unknown): unknown {
  if (!isRecord(entry)) return entry;
  const value = entry["value"] ?? "";
  return {
    ...entry,
    description: entry["description"] ?? "",
    value: typeof value === "string" ? value : JSON.stringify(value),
  };
}

function checkTools(tools: readonly Tool[]): void {
  if (tools.length > MOST_TOOLS) throw new RunnerError("BODY_INVALID", `tools: more than ${MOST_TOOLS}`);
  const names = new Set<string>();
  for (const [index, { name }] of tools.entries()) {
    if (!TOOL_NAME.test(name))
      throw new RunnerError("BODY_INVALID", `tools.${index}.name: up to 64 letters, digits, _ and -`);
    if (names.has(name)) throw new RunnerError("BODY_INVALID", `tools.${index}.name: ${name} stands twice`);
    names.add(name);
  }
}

export interface Known {
  /** Ids of messages that the thread has. */
  readonly seen: ReadonlySet<string>;
  /** Calls whose results the client owes. */
  readonly owed: ReadonlySet<string>;
}

/**
 * Of a history that a client sent along, the messages that the thread does not have: those after the last answer whose
 * ids were not seen, and the results of calls that the client carried out.
 *
 * @throws RunnerError RUN_EMPTY when there is neither a new message nor an answer to a question
 */
export function newMessages(
  input: RunAgentInput,
  { seen, owed }: Known,
  options: Pick<ReadInputOptions, "sender">,
): RunRequest {
  const unseen = input.messages.filter((message) => !seen.has(message.id));
  const results = unseen.filter(
    (message, index) =>
      message.role === "tool" &&
      owed.has(message.toolCallId) &&
      unseen.findIndex((other) => other.role === "tool" && other.toolCallId === message.toolCallId) === index,
  );
  const answered = input.messages.findLastIndex((message) => message.role === "assistant" || message.role === "tool");
  const fresh = input.messages
    .slice(answered + 1)
    .filter((message) => ["user", "system", "developer"].includes(message.role) && !seen.has(message.id))
    .map((message) => withSender(message, options.sender));
  const resume = input.resume ?? [];
  if (fresh.length === 0 && results.length === 0 && resume.length === 0)
    throw new RunnerError(
      "RUN_EMPTY",
      "nothing to run: messages holds no new user message and no result of a tool call that waits, and resume no answer",
    );
  return {
    runId: input.runId,
    ...(input.parentRunId === undefined ? {} : { parentRunId: input.parentRunId }),
    messages: [...results, ...fresh],
    resume,
    ...(input.state === undefined ? {} : { state: input.state }),
    ...(input.tools.length === 0 ? {} : { tools: input.tools }),
    ...(input.context.length === 0 ? {} : { context: input.context }),
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
