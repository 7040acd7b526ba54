/**
 * Writes recordings the way an agent works: thinking and text come in pieces, tools take their time, and each step knows
 * when it happened. Ids and times are counted, so the same script always gives the same file.
 */
import { EventType, type Event } from "@pilothouse/agui";
import type { Interrupt, TokenUsage } from "@ag-ui/core";

export interface Question {
  readonly question: string;
  readonly header: string;
  readonly options: readonly { readonly label: string; readonly description: string }[];
  readonly multiSelect: boolean;
}

const THREAD = "recorded-thread";
/** Milliseconds between two pieces of text, and before a tool's arguments begin. */
const PIECE = 38;
const BREATH = 260;

export class Author {
  readonly #lines: string[] = [];
  #at = 0;
  #count = 0;
  #run = 0;
  #subagent: string | undefined;
  #lastMessage: string | undefined;

  /** The user's message is for whoever reads the file: a session shows what its own user wrote. */
  startRun(prompt: string): this {
    this.#run++;
    this.#at = 0;
    this.#lastMessage = undefined;
    const runId = this.#runId();
    const messages = [{ id: this.#id("user"), role: "user" as const, content: prompt }];
    this.#emit({
      type: EventType.RUN_STARTED,
      threadId: THREAD,
      runId,
      input: { threadId: THREAD, runId, messages, tools: [], context: [] },
    });
    return this.wait(450);
  }

  wait(milliseconds: number): this {
    this.#at += milliseconds;
    return this;
  }

  think(text: string): this {
    const messageId = this.#id("thought");
    this.#emit({ type: EventType.REASONING_START, messageId });
    this.#emit({ type: EventType.REASONING_MESSAGE_START, messageId, role: "reasoning" });
    for (const delta of pieces(text)) {
      this.wait(PIECE);
      this.#emit({ type: EventType.REASONING_MESSAGE_CONTENT, messageId, delta });
    }
    this.#emit({ type: EventType.REASONING_MESSAGE_END, messageId });
    this.#emit({ type: EventType.REASONING_END, messageId });
    return this.wait(BREATH);
  }

  say(text: string): this {
    const messageId = this.#id("message");
    this.#lastMessage = messageId;
    this.#emit({ type: EventType.TEXT_MESSAGE_START, messageId, role: "assistant" });
    for (const delta of pieces(text)) {
      this.wait(PIECE);
      this.#emit({ type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta });
    }
    this.#emit({ type: EventType.TEXT_MESSAGE_END, messageId });
    return this.wait(BREATH);
  }

  /** A tool call with its result, `seconds` later. */
  tool(name: string, input: Readonly<Record<string, unknown>>, result: string, seconds = 0.2, isError = false): this {
    const toolCallId = this.#call(name, input);
    this.wait(seconds * 1000);
    this.#result(toolCallId, result, seconds, isError);
    return this.wait(BREATH);
  }

  subagent(name: string, description: string, prompt: string, work: (author: this) => void, report: string): this {
    const parentToolCallId = this.#call("Agent", { subagent_type: name, description, prompt });
    const subagentRunId = this.#id("subagent");
    this.#emit({ type: EventType.SUBAGENT_STARTED, subagentRunId, name, description, parentToolCallId });
    this.#subagent = subagentRunId;
    work(this);
    this.#subagent = undefined;
    this.#emit({ type: EventType.SUBAGENT_FINISHED, subagentRunId, result: report, outcome: { type: "success" } });
    this.#result(parentToolCallId, report, 4, false);
    return this.wait(BREATH);
  }

  /** Ends the run with a question; the next run is what the agent does with the answer. */
  ask(questions: readonly Question[], usage: readonly TokenUsage[], costUsd: number): this {
    const toolCallId = this.#call("AskUserQuestion", { questions });
    const interrupt: Interrupt = {
      id: this.#id("question"),
      reason: "question",
      message: questions.map((each) => each.question).join("\n"),
      toolCallId,
      metadata: { questions },
    };
    this.#asked = toolCallId;
    return this.#finish({ outcome: { type: "interrupt", interrupts: [interrupt] } }, usage, costUsd);
  }

  #asked = "";

  /** The first thing in the run after {@link ask}. */
  answered(text: string): this {
    this.#result(this.#asked, text, 0, false);
    return this.wait(BREATH);
  }

  finishRun(usage: readonly TokenUsage[], costUsd: number): this {
    return this.#finish({ outcome: { type: "success" } }, usage, costUsd);
  }

  toString(): string {
    return `${this.#lines.join("\n")}\n`;
  }

  #finish(
    end: Partial<Extract<Event, { type: EventType.RUN_FINISHED }>>,
    usage: readonly TokenUsage[],
    costUsd: number,
  ): this {
    this.#emit({
      type: EventType.RUN_FINISHED,
      threadId: THREAD,
      runId: this.#runId(),
      ...end,
      usage: [...usage],
      metadata: { costUsd },
    });
    return this;
  }

  #call(name: string, input: Readonly<Record<string, unknown>>): string {
    const toolCallId = this.#id("call");
    const parent =
      this.#lastMessage === undefined || this.#subagent !== undefined ? {} : { parentMessageId: this.#lastMessage };
    this.#emit({ type: EventType.TOOL_CALL_START, toolCallId, toolCallName: name, ...parent });
    for (const delta of pieces(JSON.stringify(input), 48)) {
      this.wait(PIECE / 2);
      this.#emit({ type: EventType.TOOL_CALL_ARGS, toolCallId, delta });
    }
    this.#emit({ type: EventType.TOOL_CALL_END, toolCallId });
    return toolCallId;
  }

  #result(toolCallId: string, content: string, seconds: number, isError: boolean): void {
    // What comes after a result is said in a message of its own.
    this.#lastMessage = undefined;
    this.#emit({
      type: EventType.TOOL_CALL_RESULT,
      messageId: this.#id("result"),
      toolCallId,
      content,
      metadata: { durationMs: Math.round(seconds * 1000), ...(isError ? { isError } : {}) },
    });
  }

  #emit(event: Event): void {
    const outside = event.type === EventType.SUBAGENT_STARTED || event.type === EventType.SUBAGENT_FINISHED;
    const owned = this.#subagent === undefined || outside ? event : { ...event, subagentRunId: this.#subagent };
    this.#lines.push(JSON.stringify({ at: Math.round(this.#at), event: owned }));
  }

  #id(kind: string): string {
    return `${kind}-${++this.#count}`;
  }

  #runId(): string {
    return `recorded-run-${this.#run}`;
  }
}

/** A text in pieces of about the size in which models speak, cut at words where there are any. */
function pieces(text: string, size = 18): string[] {
  return text.match(new RegExp(String.raw`[\s\S]{1,${size}}(?=\s|$)\s*|[\s\S]{1,${size}}`, "gu")) ?? [];
}
