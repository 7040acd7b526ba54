/** The conversation that a stream of events tells: AG-UI messages in the order in which they began. */
import { EventType, type AssistantMessage, type Message, type ReasoningMessage, type ToolCall } from "@ag-ui/core";
import type { Event, SequencedEvent } from "../event/event.ts";

export function toMessages(events: Iterable<SequencedEvent>): Message[] {
  const conversation = new Conversation();
  for (const { event } of events) conversation.see(event);
  return conversation.messages;
}

class Conversation {
  readonly #messages = new Map<string, Message>();
  readonly #toolCalls = new Map<string, ToolCall>();

  get messages(): Message[] {
    return [...this.#messages.values()];
  }

  see(event: Event): void {
    switch (event.type) {
      case EventType.RUN_STARTED:
        for (const message of event.input?.messages ?? []) this.#add(structuredClone(message));
        return;
      case EventType.MESSAGES_SNAPSHOT:
        this.#messages.clear();
        this.#toolCalls.clear();
        for (const message of event.messages) this.#add(structuredClone(message));
        return;
      case EventType.TEXT_MESSAGE_START:
        return this.#start(event.messageId, event.role ?? "assistant", event.subagentRunId);
      case EventType.TEXT_MESSAGE_CONTENT:
        return this.#extend(event.messageId, event.delta);
      case EventType.REASONING_MESSAGE_START:
        return this.#add({ id: event.messageId, role: "reasoning", content: "", ...owner(event.subagentRunId) });
      case EventType.REASONING_MESSAGE_CONTENT:
        return this.#extend(event.messageId, event.delta);
      case EventType.TOOL_CALL_START:
        return this.#startToolCall(event);
      case EventType.TOOL_CALL_ARGS: {
        const call = this.#toolCalls.get(event.toolCallId);
        if (call !== undefined) call.function.arguments += event.delta;
        return;
      }
      case EventType.TOOL_CALL_RESULT:
        return this.#add({
          id: event.messageId,
          role: "tool",
          toolCallId: event.toolCallId,
          content: event.content,
          ...(event.metadata === undefined ? {} : { metadata: event.metadata }),
          ...owner(event.subagentRunId),
        });
      case EventType.ACTIVITY_SNAPSHOT:
        return this.#add({
          id: event.messageId,
          role: "activity",
          activityType: event.activityType,
          content: event.content,
          ...owner(event.subagentRunId),
        });
      default:
    }
  }

  #add(message: Message): void {
    if (message.role === "assistant") for (const call of message.toolCalls ?? []) this.#toolCalls.set(call.id, call);
    this.#messages.set(message.id, message);
  }

  #start(id: string, role: "developer" | "system" | "assistant" | "user", subagentRunId: string | undefined): void {
    if (this.#messages.has(id)) return;
    this.#add({ id, role, content: "", ...owner(subagentRunId) });
  }

  #extend(id: string, delta: string): void {
    const message = this.#messages.get(id);
    if (message === undefined || !isText(message)) return;
    message.content = `${typeof message.content === "string" ? message.content : ""}${delta}`;
  }

  #startToolCall(event: Extract<Event, { type: EventType.TOOL_CALL_START }>): void {
    const call: ToolCall = {
      id: event.toolCallId,
      type: "function",
      function: { name: event.toolCallName, arguments: "" },
    };
    this.#toolCalls.set(call.id, call);
    const id = event.parentMessageId ?? event.toolCallId;
    const parent = this.#messages.get(id);
    if (parent?.role === "assistant") {
      parent.toolCalls = [...(parent.toolCalls ?? []), call];
      return;
    }
    this.#add({
      id: parent === undefined ? id : event.toolCallId,
      role: "assistant",
      toolCalls: [call],
      ...owner(event.subagentRunId),
    });
  }
}

function owner(subagentRunId: string | undefined): { subagentRunId?: string } {
  return subagentRunId === undefined ? {} : { subagentRunId };
}

/** Messages whose content grows by deltas. A user's message may be parts, which never do. */
function isText(message: Message): message is AssistantMessage | ReasoningMessage {
  return message.role === "assistant" || message.role === "reasoning";
}
