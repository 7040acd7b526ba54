import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyStream } from "../../../test/any-stream.ts";
import type { WireEvent } from "../fields.ts";
import { type Entry, type ThreadState, emptyThread } from "../thread-state.ts";
import { reduceThread } from "./index.ts";

/** More by environment variable; the default suits every run. */
const numRuns = Number(process.env["PILOTHOUSE_FUZZ_RUNS"] ?? 300);

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
      { numRuns },
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
      { numRuns },
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
      { numRuns },
    );
  });

  it("goes on after the end of a run: what comes late changes no message of the user's, and a new run begins anew", () => {
    fc.assert(
      fc.property(anyStream, anyStream, (events, late) => {
        const ended = replay([...events, { type: "RUN_FINISHED", runId: "z", outcome: { type: "success" } }]);
        const after = replay(late, ended, events.length + 2);
        expect(after.lastSeq).toBe(events.length + 1 + late.length);
        const said = [...ended.entries].flatMap((entry, position) =>
          entry.kind === "user" ? [{ entry, position }] : [],
        );
        for (const { entry, position } of said)
          expect(after.entries.get(position)).toMatchObject({ parts: entry.parts });
        const again = replay([{ type: "RUN_STARTED", runId: "fresh" }], after, after.lastSeq + 1);
        expect(again.run?.runId).toBe("fresh");
        expect(again.pendingInterrupts.every((position) => again.entries.get(position)?.kind === "interrupt")).toBe(
          true,
        );
      }),
      { numRuns },
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
      { numRuns: numRuns / 3 },
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
