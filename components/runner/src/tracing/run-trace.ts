/**
 * What one run did, as a trace: requests to models and calls of tools with their times, usage and words. Made of the run's
 * AG-UI events, which have passed the redaction of secrets, and of the broker's account of the model requests. Pure.
 */
import { EventType, type Event } from "@pilothouse/agui";
import { z } from "zod";

/** A request to a model, as the broker counted it. */
export const ModelRequest = z.object({
  number: z.number(),
  model: z.string(),
  provider: z.string(),
  usage: z.object({
    inputTokens: z.number(),
    outputTokens: z.number(),
    cachedTokens: z.number(),
    costUsd: z.number(),
  }),
  startedAt: z.number(),
  firstByteAt: z.number(),
  endedAt: z.number(),
});
export type ModelRequest = z.infer<typeof ModelRequest>;

export interface ToolTrace {
  readonly id: string;
  readonly name: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly input: string;
  readonly output: string;
  readonly isError: boolean;
}

export interface GenerationTrace extends ModelRequest {
  /** What the model said and which tools it called in this request. */
  readonly output: { readonly text: string; readonly reasoning: string; readonly toolCalls: readonly string[] };
  /** Messages of the transcript that it made. */
  readonly messageIds: readonly string[];
}

export interface RunTrace {
  readonly runId: string;
  readonly threadId: string;
  readonly user: string | undefined;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly input: string;
  readonly output: string;
  readonly outcome: string;
  readonly error: string | undefined;
  readonly costUsd: number | undefined;
  readonly generations: readonly GenerationTrace[];
  readonly tools: readonly ToolTrace[];
}

interface Said {
  readonly at: number;
  readonly messageId: string | undefined;
  text: string;
  reasoning: string;
  readonly toolCalls: string[];
}

interface OpenTool {
  readonly name: string;
  readonly startedAt: number;
  input: string;
}

/** Characters of one value; a longer one is cut. */
const LONGEST = 20_000;
/** Items of one run; a trace of more would be no trace. */
const MOST = 2000;

export class RunTraceBuilder {
  readonly runId: string;
  readonly #threadId: string;
  readonly #startedAt: number;
  readonly #input: string;
  readonly #user: string | undefined;
  readonly #said = new Map<string, Said>();
  readonly #open = new Map<string, OpenTool>();
  readonly #tools: ToolTrace[] = [];
  #last = "";
  #lastAt: number;

  constructor(start: Extract<Event, { type: EventType.RUN_STARTED }>, at: number) {
    this.runId = start.runId;
    this.#threadId = start.threadId;
    this.#startedAt = at;
    this.#lastAt = at;
    const messages = start.input?.messages ?? [];
    this.#input = messages
      .map((message) => ("content" in message && typeof message.content === "string" ? message.content : ""))
      .join("\n")
      .slice(0, LONGEST);
    this.#user = senderOf(messages.at(-1)?.metadata);
  }

  /** When something was last seen of the run; milliseconds since the epoch. */
  get lastAt(): number {
    return this.#lastAt;
  }

  see(event: Event, at: number): void {
    this.#lastAt = at;
    switch (event.type) {
      case EventType.TEXT_MESSAGE_CONTENT: {
        const said = this.#of(event.messageId, at);
        if (said.text.length < LONGEST) said.text += event.delta;
        this.#last = event.messageId;
        return;
      }
      case EventType.REASONING_MESSAGE_CONTENT: {
        const said = this.#of(event.messageId, at);
        if (said.reasoning.length < LONGEST) said.reasoning += event.delta;
        return;
      }
      case EventType.TOOL_CALL_START:
        if (this.#open.size + this.#tools.length >= MOST) return;
        this.#open.set(event.toolCallId, { name: event.toolCallName, startedAt: at, input: "" });
        this.#of(event.parentMessageId ?? event.toolCallId, at).toolCalls.push(event.toolCallName);
        return;
      case EventType.TOOL_CALL_ARGS: {
        const tool = this.#open.get(event.toolCallId);
        if (tool !== undefined && tool.input.length < LONGEST) tool.input += event.delta;
        return;
      }
      case EventType.TOOL_CALL_RESULT: {
        const tool = this.#open.get(event.toolCallId);
        if (tool === undefined) return;
        this.#open.delete(event.toolCallId);
        const content = typeof event.content === "string" ? event.content : JSON.stringify(event.content);
        const duration = event.metadata?.["durationMs"];
        this.#tools.push({
          id: event.toolCallId,
          name: tool.name,
          startedAt: typeof duration === "number" ? Math.max(tool.startedAt, at - duration) : tool.startedAt,
          endedAt: at,
          input: tool.input,
          output: content.slice(0, LONGEST),
          isError: event.metadata?.["isError"] === true,
        });
        return;
      }
      default:
    }
  }

  /** @param requests those that ended since the run before this one did */
  finish(end: Event, at: number, requests: readonly ModelRequest[]): RunTrace {
    const failed = end.type === EventType.RUN_ERROR;
    const unanswered = [...this.#open].map(([id, tool]): ToolTrace => ({
      id,
      ...tool,
      endedAt: at,
      output: "",
      isError: failed,
    }));
    const finished = end.type === EventType.RUN_FINISHED ? end.outcome?.type : undefined;
    const cost = end.metadata?.["costUsd"];
    return {
      runId: this.runId,
      threadId: this.#threadId,
      user: this.#user,
      startedAt: this.#startedAt,
      endedAt: at,
      input: this.#input,
      output: this.#said.get(this.#last)?.text ?? "",
      outcome: failed ? "error" : (finished ?? "success"),
      error: failed ? `${end.code ?? ""} ${end.message}`.trim() : undefined,
      costUsd: typeof cost === "number" ? cost : undefined,
      generations: generations(requests, [...this.#said.values()]),
      tools: [...this.#tools, ...unanswered],
    };
  }

  #of(messageId: string, at: number): Said {
    const known = this.#said.get(messageId);
    if (known !== undefined) return known;
    const said: Said = { at, messageId, text: "", reasoning: "", toolCalls: [] };
    if (this.#said.size < MOST) this.#said.set(messageId, said);
    return said;
  }
}

/** What began to be told while a request was under way is its answer; a little later, when the telling is slow. */
const SLOW = 1000;

function generations(requests: readonly ModelRequest[], said: readonly Said[]): GenerationTrace[] {
  const left = new Set(said);
  return requests.map((request, index) => {
    const until = requests[index + 1]?.firstByteAt ?? Number.POSITIVE_INFINITY;
    const own = [...left].filter(({ at }) => at >= request.firstByteAt && at < Math.min(until, request.endedAt + SLOW));
    for (const one of own) left.delete(one);
    return {
      ...request,
      messageIds: own.flatMap(({ messageId }) => (messageId === undefined ? [] : [messageId])),
      output: {
        text: own.map(({ text }) => text).join(""),
        reasoning: own.map(({ reasoning }) => reasoning).join(""),
        toolCalls: own.flatMap(({ toolCalls }) => toolCalls),
      },
    };
  });
}

function senderOf(metadata: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const sender = z.looseObject({ userId: z.string() }).safeParse(metadata?.["sender"]);
  return sender.success ? sender.data.userId : undefined;
}
