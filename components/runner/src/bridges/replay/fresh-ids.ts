/**
 * Gives the ids in recorded events new values, the same id always the same one, so that a recording that is played in two
 * sessions, or twice in one, does not make two messages one.
 */
import { EventType, type Event } from "@pilothouse/agui";
import type { Interrupt, Message } from "@ag-ui/core";

const ID_FIELDS = [
  "messageId",
  "parentMessageId",
  "toolCallId",
  "parentToolCallId",
  "subagentRunId",
  "parentSubagentRunId",
  "entityId",
] as const;

export class FreshIds {
  readonly #ids = new Map<string, string>();
  readonly #newId: () => string;

  constructor(newId: () => string) {
    this.#newId = newId;
  }

  of(recorded: string): string {
    const known = this.#ids.get(recorded);
    if (known !== undefined) return known;
    const fresh = this.#newId();
    this.#ids.set(recorded, fresh);
    return fresh;
  }

  event(event: Event): Event {
    const changed: Record<string, unknown> = {};
    const fields = new Map<string, unknown>(Object.entries(event));
    for (const field of ID_FIELDS) {
      const value = fields.get(field);
      if (typeof value === "string") changed[field] = this.of(value);
    }
    const { timestamp: _recordedAt, ...rest } = event;
    // Only string fields that are there already are replaced, so the event's type stays true.
    const renamed: Event = { ...rest, ...Object(changed), type: event.type };
    if (renamed.type !== EventType.MESSAGES_SNAPSHOT) return renamed;
    return { ...renamed, messages: renamed.messages.map((message) => this.#message(message)) };
  }

  interrupt(interrupt: Interrupt): Interrupt {
    const { toolCallId, subagentRunId } = interrupt;
    return {
      ...interrupt,
      // Answers name the interrupt, and one that is asked again must not look answered.
      id: this.#newId(),
      ...(toolCallId === undefined ? {} : { toolCallId: this.of(toolCallId) }),
      ...(subagentRunId === undefined ? {} : { subagentRunId: this.of(subagentRunId) }),
    };
  }

  #message(message: Message): Message {
    const id = this.of(message.id);
    if (message.role === "assistant" && message.toolCalls !== undefined)
      return { ...message, id, toolCalls: message.toolCalls.map((call) => ({ ...call, id: this.of(call.id) })) };
    if (message.role === "tool") return { ...message, id, toolCallId: this.of(message.toolCallId) };
    return { ...message, id };
  }
}
