import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { WireEvent } from "../fields.ts";
import { type Entry, type ThreadState, emptyThread } from "../thread-state.ts";
import { reduceThread } from "./index.ts";

const id = fc.constantFrom("a", "b", "c");
const lane = fc.option(fc.constantFrom("s1", "s2"), { nil: undefined });
const common = { subagentRunId: lane, timestamp: fc.option(fc.nat(), { nil: undefined }) };
const event = (type: string, fields: Record<string, fc.Arbitrary<unknown>> = {}): fc.Arbitrary<WireEvent> =>
  fc.record({ type: fc.constant(type), ...common, ...fields });

const message = fc.record({
  id,
  role: fc.constantFrom("user", "assistant", "tool", "reasoning", "system"),
  content: fc.string(),
  toolCallId: id,
});

/** Any order of any events, well-formed ones and nonsense. */
const anyEvent: fc.Arbitrary<WireEvent> = fc.oneof(
  ...["TEXT_MESSAGE", "REASONING_MESSAGE"].flatMap((kind) => [
    event(`${kind}_START`, { messageId: id }),
    event(`${kind}_CONTENT`, { messageId: id, delta: fc.string() }),
    event(`${kind}_CHUNK`, { messageId: fc.option(id, { nil: undefined }), delta: fc.string() }),
    event(`${kind}_END`, { messageId: id }),
  ]),
  event("REASONING_START", { messageId: id }),
  event("REASONING_END", { messageId: id }),
  event("TOOL_CALL_START", { toolCallId: id, toolCallName: fc.string() }),
  event("TOOL_CALL_ARGS", { toolCallId: id, delta: fc.string() }),
  event("TOOL_CALL_CHUNK", { toolCallId: fc.option(id, { nil: undefined }), delta: fc.string() }),
  event("TOOL_CALL_END", { toolCallId: id }),
  event("TOOL_CALL_RESULT", { toolCallId: id, content: fc.oneof(fc.string(), fc.jsonValue()) }),
  event("RUN_STARTED", {
    runId: id,
    input: fc.record({
      messages: fc.array(message),
      resume: fc.array(fc.record({ interruptId: id, status: fc.constant("resolved") })),
    }),
  }),
  event("RUN_FINISHED", {
    runId: id,
    outcome: fc.oneof(
      fc.constant({ type: "success" }),
      fc.record({ type: fc.constant("interrupt"), interrupts: fc.array(fc.record({ id, reason: fc.string() })) }),
    ),
  }),
  event("RUN_ERROR", { message: fc.string() }),
  event("SUBAGENT_STARTED", { name: fc.string(), parentToolCallId: id, parentSubagentRunId: lane }),
  event("SUBAGENT_FINISHED"),
  event("SUBAGENT_ERROR", { message: fc.string() }),
  event("MESSAGES_SNAPSHOT", { messages: fc.array(message) }),
  event("STATE_SNAPSHOT", { snapshot: fc.jsonValue() }),
  event("ACTIVITY_SNAPSHOT", { messageId: id, activityType: fc.string(), content: fc.jsonValue() }),
  fc.record({
    type: fc.oneof(fc.string(), fc.constantFrom("toString", "__proto__", "RUN_STARTED", "TOOL_CALL_RESULT")),
    messageId: fc.jsonValue(),
    input: fc.jsonValue(),
  }),
);
const anyStream = fc.array(anyEvent, { maxLength: 60 });

function replay(events: readonly WireEvent[], state: ThreadState = emptyThread(), firstSeq = 1): ThreadState {
  return events.reduce((next, item, index) => reduceThread(next, item, firstSeq + index), state);
}

function facts(state: ThreadState) {
  const { positions: _cache, chunks: _cursor, entries, main, runs, ...rest } = state;
  const plain = (entry: Entry) => (entry.kind === "subagent" ? { ...entry, children: [...entry.children] } : entry);
  return { ...rest, entries: [...entries].map(plain), main: [...main], runs: [...runs] };
}

describe("any stream of events", () => {
  it("is reduced without a throw, and each entry is shown in exactly one place", () => {
    fc.assert(
      fc.property(anyStream, (events) => {
        const state = replay(events);
        const places = new Map<number, number>();
        const place = (position: number) => places.set(position, (places.get(position) ?? 0) + 1);
        for (const position of state.main) place(position);
        for (const entry of state.entries) {
          if (entry.kind === "tool") entry.subagents.forEach(place);
          if (entry.kind === "subagent") for (const child of entry.children) place(child);
        }
        expect(places.size).toBe(state.entries.length);
        expect([...places.values()].every((count) => count === 1)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it("has unique keys, and leaves nothing growing once the run has ended", () => {
    fc.assert(
      fc.property(anyStream, (events) => {
        const state = replay([...events, { type: "RUN_ERROR", message: "end" }]);
        const keys = [...state.entries].map((entry) => entry.key);
        expect(new Set(keys).size).toBe(keys.length);
        const isGrowing = (entry: Entry): boolean =>
          ((entry.kind === "text" || entry.kind === "reasoning") && entry.isStreaming) ||
          (entry.kind === "tool" && entry.phase !== "done" && entry.phase !== "unanswered") ||
          (entry.kind === "subagent" && entry.phase === "running");
        expect([...state.entries].filter(isGrowing)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it("means the same when a reconnect replays a part of it", () => {
    fc.assert(
      fc.property(anyStream, fc.nat(), fc.nat(), (events, cutAt, backBy) => {
        const cut = events.length === 0 ? 0 : cutAt % events.length;
        const from = Math.max(0, cut - (backBy % 10));
        const resumed = replay(events.slice(from), replay(events.slice(0, cut)), from + 1);
        expect(facts(resumed)).toEqual(facts(replay(events)));
      }),
    );
  });

  it("does not change a state that was made before", () => {
    fc.assert(
      fc.property(anyStream, anyStream, anyStream, (events, one, other) => {
        const middle = replay(events);
        const before = JSON.stringify(facts(middle));
        replay(one, middle, 1000);
        // A second future of the same past, after the first: neither may leak into the other.
        expect(facts(replay(other, middle, 1000))).toEqual(facts(replay(other, replay(events), 1000)));
        expect(JSON.stringify(facts(middle))).toBe(before);
      }),
    );
  });

  it("costs the same per delta in a long thread as in a short one", () => {
    const long = replay(
      Array.from({ length: 20_000 }, (_, index): WireEvent => ({
        type: "TEXT_MESSAGE_CHUNK",
        messageId: `m${index}`,
        delta: "x",
      })),
    );
    const grown = reduceThread(long, { type: "TEXT_MESSAGE_CONTENT", messageId: "m19999", delta: "y" });
    const rebuilt = [...grown.entries].filter((entry, index) => entry !== long.entries.get(index));
    expect(rebuilt).toHaveLength(1);
    expect(grown.main).toBe(long.main);
    expect(grown.runs).toBe(long.runs);
  });
});
