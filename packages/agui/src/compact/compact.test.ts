import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventType, type Event, type SequencedEvent } from "../event/event.ts";
import { toMessages } from "../messages/to-messages.ts";
import { streams, verify } from "../testing/streams.ts";
import { compact } from "./compact.ts";

const number = (events: readonly Event[]): SequencedEvent[] =>
  events.map((event, index) => ({ seq: index + 1, event }));
const text = (messageId: string, delta: string): Event => ({ type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta });

describe("compact", () => {
  it("makes one event of a finished message's deltas, with the number of the last", () => {
    const events = number([
      { type: EventType.RUN_STARTED, threadId: "t", runId: "r" },
      { type: EventType.TEXT_MESSAGE_START, messageId: "m", role: "assistant" },
      text("m", "Hel"),
      { type: EventType.CUSTOM, name: "between", value: 1 },
      text("m", "lo"),
      { type: EventType.TEXT_MESSAGE_END, messageId: "m" },
    ]);
    expect(compact(events).map(({ seq, event }) => [seq, event.type])).toEqual([
      [1, "RUN_STARTED"],
      [2, "TEXT_MESSAGE_START"],
      [4, "CUSTOM"],
      [5, "TEXT_MESSAGE_CONTENT"],
      [6, "TEXT_MESSAGE_END"],
    ]);
    expect(compact(events)[3]?.event).toMatchObject({ delta: "Hello" });
  });

  it("leaves the deltas of an unfinished message alone", () => {
    const events = number([
      { type: EventType.RUN_STARTED, threadId: "t", runId: "r" },
      { type: EventType.TEXT_MESSAGE_START, messageId: "m", role: "assistant" },
      text("m", "Hel"),
      text("m", "lo"),
    ]);
    expect(compact(events)).toEqual(events);
  });

  it("takes a message that its run's error cut off as finished", () => {
    const events = number([
      { type: EventType.RUN_STARTED, threadId: "t", runId: "r" },
      { type: EventType.TOOL_CALL_START, toolCallId: "c", toolCallName: "Bash" },
      { type: EventType.TOOL_CALL_ARGS, toolCallId: "c", delta: '{"a":' },
      { type: EventType.TOOL_CALL_ARGS, toolCallId: "c", delta: "1" },
      { type: EventType.RUN_ERROR, message: "gone" },
    ]);
    expect(compact(events).map((entry) => entry.seq)).toEqual([1, 2, 4, 5]);
  });

  it("moves nothing past a snapshot, which replaces what came before", () => {
    const events = number([
      { type: EventType.RUN_STARTED, threadId: "t", runId: "r" },
      { type: EventType.TEXT_MESSAGE_START, messageId: "m", role: "assistant" },
      text("m", "Hel"),
      { type: EventType.MESSAGES_SNAPSHOT, messages: [{ id: "m", role: "assistant", content: "Hel" }] },
      text("m", "l"),
      text("m", "o"),
      { type: EventType.TEXT_MESSAGE_END, messageId: "m" },
    ]);
    expect(toMessages(compact(events))).toEqual([{ id: "m", role: "assistant", content: "Hello" }]);
  });

  it("keeps the conversation, the order, the ends and the protocol of any stream", async () => {
    await fc.assert(
      fc.asyncProperty(streams, async (events) => {
        await verify(events);
        const short = compact(events);
        await verify(short);
        expect(toMessages(short)).toEqual(toMessages(events));
        expect(short.map((entry) => entry.seq)).toEqual(short.map((entry) => entry.seq).toSorted((a, b) => a - b));
        expect(short.at(-1)).toEqual(events.at(-1));
        expect(compact(short)).toEqual(short);
      }),
      { numRuns: 200 },
    );
  });

  it("can be cut at any number and continued with the rest of the stream", () => {
    fc.assert(
      fc.property(streams, fc.nat(), (events, at) => {
        const cut = at % (events.length + 1);
        const history = compact(events.slice(0, cut));
        const position = history.at(-1)?.seq ?? 0;
        const rest = events.filter((entry) => entry.seq > position);
        expect(toMessages([...history, ...rest])).toEqual(toMessages(events));
      }),
    );
  });
});
