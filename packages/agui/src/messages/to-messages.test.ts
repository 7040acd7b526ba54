import { describe, expect, it } from "vitest";
import { EventType, type Event } from "../event/event.ts";
import { toMessages } from "./to-messages.ts";

const messages = (events: readonly Event[]) => toMessages(events.map((event, index) => ({ seq: index + 1, event })));

describe("toMessages", () => {
  it("tells a conversation with a question, thinking, a tool and an answer", () => {
    const user = { id: "u", role: "user" as const, content: "list it", metadata: { sender: { userId: "ada" } } };
    expect(
      messages([
        {
          type: EventType.RUN_STARTED,
          threadId: "t",
          runId: "r",
          input: { threadId: "t", runId: "r", messages: [user], tools: [], context: [] },
        },
        { type: EventType.REASONING_START, messageId: "th" },
        { type: EventType.REASONING_MESSAGE_START, messageId: "th", role: "reasoning" },
        { type: EventType.REASONING_MESSAGE_CONTENT, messageId: "th", delta: "I could look." },
        { type: EventType.REASONING_MESSAGE_END, messageId: "th" },
        { type: EventType.REASONING_END, messageId: "th" },
        { type: EventType.TEXT_MESSAGE_START, messageId: "a", role: "assistant" },
        { type: EventType.TEXT_MESSAGE_CONTENT, messageId: "a", delta: "Looking" },
        { type: EventType.TEXT_MESSAGE_CONTENT, messageId: "a", delta: "…" },
        { type: EventType.TOOL_CALL_START, toolCallId: "c", toolCallName: "Bash", parentMessageId: "a" },
        { type: EventType.TEXT_MESSAGE_END, messageId: "a" },
        { type: EventType.TOOL_CALL_ARGS, toolCallId: "c", delta: '{"command"' },
        { type: EventType.TOOL_CALL_ARGS, toolCallId: "c", delta: ':"ls"}' },
        { type: EventType.TOOL_CALL_END, toolCallId: "c" },
        { type: EventType.TOOL_CALL_RESULT, messageId: "res", toolCallId: "c", content: "a.txt" },
        { type: EventType.RUN_FINISHED, threadId: "t", runId: "r" },
      ]),
    ).toEqual([
      user,
      { id: "th", role: "reasoning", content: "I could look." },
      {
        id: "a",
        role: "assistant",
        content: "Looking…",
        toolCalls: [{ id: "c", type: "function", function: { name: "Bash", arguments: '{"command":"ls"}' } }],
      },
      { id: "res", role: "tool", toolCallId: "c", content: "a.txt" },
    ]);
  });

  it("gives a tool call without a message one of its own", () => {
    const [message] = messages([
      { type: EventType.RUN_STARTED, threadId: "t", runId: "r" },
      { type: EventType.TOOL_CALL_START, toolCallId: "c", toolCallName: "Read" },
    ]);
    expect(message).toMatchObject({ id: "c", role: "assistant", toolCalls: [{ id: "c" }] });
  });

  it("does not change the events that it reads", () => {
    const started: Event = {
      type: EventType.MESSAGES_SNAPSHOT,
      messages: [{ id: "a", role: "assistant", content: "x" }],
    };
    const before = structuredClone(started);
    messages([started, { type: EventType.TEXT_MESSAGE_CONTENT, messageId: "a", delta: "y" }]);
    expect(started).toEqual(before);
  });
});
