/** What the agent tells in one turn, as AG-UI events. Holds what is open: a text, a train of thought, calls under way. */
import { EventType, type Event } from "@pilothouse/agui";
import type { ContentPart } from "@ag-ui/core";
import { hunksOf } from "./patch.ts";
import type { Part, Told } from "./protocol.ts";

const LARGEST_PATCH = 64 * 1024;

export class Translator {
  readonly #newId: () => string;
  /** Milliseconds, monotonic. */
  readonly #now: () => number;
  readonly #calls = new Map<string, number>();
  #text: string | undefined;
  #reasoning: string | undefined;
  /** The message that a tool call belongs to: what the model said last, before any result. */
  #parent: string | undefined;

  constructor(newId: () => string, now: () => number) {
    this.#newId = newId;
    this.#now = now;
  }

  translate(told: Told): Event[] {
    switch (told.type) {
      case "text":
        return this.#onText(told.text);
      case "thought":
        return this.#onThought(told.subject, told.text);
      case "toolCall":
        return this.#onToolCall(told);
      case "toolResult":
        return this.#onToolResult(told);
      case "usage":
        return this.#closeAll();
      case "retry":
      case "problem":
      case "end":
        this.#parent = undefined;
        return this.#closeAll();
      default:
        return told satisfies never;
    }
  }

  #onText(delta: string): Event[] {
    const events = this.#closeReasoning();
    if (this.#text === undefined) {
      this.#text = this.#newId();
      this.#parent = this.#text;
      events.push({ type: EventType.TEXT_MESSAGE_START, messageId: this.#text, role: "assistant" });
    }
    events.push({ type: EventType.TEXT_MESSAGE_CONTENT, messageId: this.#text, delta });
    return events;
  }

  /** Thoughts come as short summaries with a title, without the spaces between them. */
  #onThought(subject: string, text: string): Event[] {
    const events = this.#closeText();
    const words = [subject === "" ? "" : `**${subject}**`, text].filter((part) => part !== "").join("\n\n");
    if (words === "") return events;
    let delta = words;
    if (this.#reasoning === undefined) {
      this.#reasoning = this.#newId();
      const messageId = this.#reasoning;
      events.push({ type: EventType.REASONING_START, messageId });
      events.push({ type: EventType.REASONING_MESSAGE_START, messageId, role: "reasoning" });
    } else delta = `${subject === "" ? " " : "\n\n"}${words}`;
    events.push({ type: EventType.REASONING_MESSAGE_CONTENT, messageId: this.#reasoning, delta });
    return events;
  }

  #onToolCall({ id, name, args }: Extract<Told, { type: "toolCall" }>): Event[] {
    this.#calls.set(id, this.#now());
    const parent = this.#parent === undefined ? {} : { parentMessageId: this.#parent };
    return [
      ...this.#closeAll(),
      { type: EventType.TOOL_CALL_START, toolCallId: id, toolCallName: name, ...parent },
      { type: EventType.TOOL_CALL_ARGS, toolCallId: id, delta: JSON.stringify(args) },
      { type: EventType.TOOL_CALL_END, toolCallId: id },
    ];
  }

  #onToolResult({ id, content, isError, diff }: Extract<Told, { type: "toolResult" }>): Event[] {
    const began = this.#calls.get(id);
    this.#calls.delete(id);
    this.#parent = undefined;
    const hunks = diff === undefined || diff.length > LARGEST_PATCH ? [] : hunksOf(diff);
    const metadata = {
      ...(began === undefined ? {} : { durationMs: Math.round(this.#now() - began) }),
      ...(isError ? { isError: true } : {}),
      ...(hunks.length === 0 ? {} : { structuredPatch: hunks }),
    };
    return [
      ...this.#closeAll(),
      {
        type: EventType.TOOL_CALL_RESULT,
        messageId: this.#newId(),
        toolCallId: id,
        role: "tool",
        content: resultContent(content),
        ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
      },
    ];
  }

  #closeAll(): Event[] {
    return [...this.#closeReasoning(), ...this.#closeText()];
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

function resultContent(content: readonly Part[]): string | ContentPart[] {
  if (content.every((part) => part.type === "text"))
    return content.map((part) => (part.type === "text" ? part.text : "")).join("\n");
  return content.map((part): ContentPart => {
    if (part.type === "text") return { type: "text", text: part.text };
    const { data: value, mimeType } = part;
    const source = { type: "data" as const, value, mimeType };
    const kind = mimeType.split("/")[0];
    return kind === "image" || kind === "audio" || kind === "video"
      ? { type: kind, source }
      : { type: "document", source };
  });
}
