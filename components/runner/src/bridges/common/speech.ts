/**
 * What an agent says and does in a run, as AG-UI events: text, reasoning, tool calls and their results. Knows what is open
 * and ends it when something else begins, so that a bridge only tells what comes. No I/O.
 */
import { EventType, type Event } from "@pilothouse/agui";
import type { ContentPart } from "@ag-ui/core";
import type { Hunk } from "./hunks.ts";

interface Call {
  /** The id under which it was told. */
  readonly id: string;
  readonly startedAt: number;
  open: boolean;
}

export interface ToolResult {
  readonly content: string | ContentPart[];
  readonly isError: boolean;
  readonly hunks?: readonly Hunk[];
}

export interface SpeechOptions {
  readonly newId: () => string;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  /** Ids of calls that the thread has already, shared by all who speak in it. */
  readonly usedIds?: Set<string>;
}

export class Speech {
  readonly #options: SpeechOptions;
  readonly #calls = new Map<string, Call>();
  readonly #usedIds: Set<string>;
  #text: string | undefined;
  #reasoning: string | undefined;
  /** The message that a tool call belongs to: what the model said last, before any result. */
  #parent: string | undefined;

  constructor(options: SpeechOptions) {
    this.#options = options;
    this.#usedIds = options.usedIds ?? new Set();
  }

  text(delta: string): Event[] {
    if (delta === "") return [];
    const events = this.#closeReasoning();
    if (this.#text === undefined) {
      this.#text = this.#options.newId();
      this.#parent = this.#text;
      events.push({ type: EventType.TEXT_MESSAGE_START, messageId: this.#text, role: "assistant" });
    }
    events.push({ type: EventType.TEXT_MESSAGE_CONTENT, messageId: this.#text, delta });
    return events;
  }

  /** `join` stands between this delta and reasoning that is under way. */
  reasoning(delta: string, join = ""): Event[] {
    if (delta === "") return [];
    const events = this.#closeText();
    const begun = this.#reasoning !== undefined;
    const messageId = (this.#reasoning ??= this.#options.newId());
    if (!begun) {
      events.push({ type: EventType.REASONING_START, messageId });
      events.push({ type: EventType.REASONING_MESSAGE_START, messageId, role: "reasoning" });
    }
    const content = begun ? `${join}${delta}` : delta;
    events.push({ type: EventType.REASONING_MESSAGE_CONTENT, messageId, delta: content });
    return events;
  }

  /** A call begins; an id that was used before gets another one, since a thread has each id once. */
  toolStart(id: string, name: string): Event[] {
    const call: Call = {
      id: this.#usedIds.has(id) ? this.#options.newId() : id,
      startedAt: this.#options.now(),
      open: true,
    };
    this.#usedIds.add(id).add(call.id);
    this.#calls.set(id, call);
    const parent = this.#parent === undefined ? {} : { parentMessageId: this.#parent };
    return [
      ...this.#closeReasoning(),
      ...this.#closeText(),
      { type: EventType.TOOL_CALL_START, toolCallId: call.id, toolCallName: name, ...parent },
    ];
  }

  toolArguments(id: string, delta: string): Event[] {
    const call = this.#calls.get(id);
    if (call?.open !== true || delta === "") return [];
    return [{ type: EventType.TOOL_CALL_ARGS, toolCallId: call.id, delta }];
  }

  toolEnd(id: string): Event[] {
    const call = this.#calls.get(id);
    if (call?.open !== true) return [];
    call.open = false;
    return [{ type: EventType.TOOL_CALL_END, toolCallId: call.id }];
  }

  toolResult(id: string, { content, isError, hunks = [] }: ToolResult): Event[] {
    const call = this.#calls.get(id);
    this.#parent = undefined;
    const metadata = {
      ...(call === undefined ? {} : { durationMs: Math.round(this.#options.now() - call.startedAt) }),
      ...(isError ? { isError: true } : {}),
      ...(hunks.length === 0 ? {} : { structuredPatch: hunks }),
    };
    return [
      ...this.end(),
      {
        type: EventType.TOOL_CALL_RESULT,
        messageId: this.#options.newId(),
        toolCallId: call?.id ?? id,
        role: "tool",
        content,
        ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
      },
    ];
  }

  /** The id under which a call was told. */
  toolCallId(id: string): string {
    return this.#calls.get(id)?.id ?? id;
  }

  /** Ids that a former process used. */
  reserve(ids: Iterable<string>): void {
    for (const id of ids) this.#usedIds.add(id);
  }

  /** The model's message ends. */
  end(): Event[] {
    const open = [...this.#calls].filter(([, call]) => call.open).map(([id]) => id);
    return [...this.#closeReasoning(), ...this.#closeText(), ...open.flatMap((id) => this.toolEnd(id))];
  }

  /** A run has begun or ended: its end has closed what was open. */
  newRun(): void {
    this.#text = undefined;
    this.#reasoning = undefined;
    this.#parent = undefined;
    for (const call of this.#calls.values()) call.open = false;
  }

  #closeText(): Event[] {
    const messageId = this.#text;
    this.#text = undefined;
    return messageId === undefined ? [] : [{ type: EventType.TEXT_MESSAGE_END, messageId }];
  }

  #closeReasoning(): Event[] {
    const messageId = this.#reasoning;
    this.#reasoning = undefined;
    if (messageId === undefined) return [];
    return [
      { type: EventType.REASONING_MESSAGE_END, messageId },
      { type: EventType.REASONING_END, messageId },
    ];
  }
}
