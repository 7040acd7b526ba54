import { EventType, type Event } from "@pilothouse/agui";
import * as fc from "fast-check";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { digestEvent, initialDigest, truncate, type DigestState } from "./digest.ts";
import { mergePatch, StatusReporter } from "./reporter.ts";

const logger = pino({ level: "silent" });
const run: Event = { type: EventType.RUN_STARTED, threadId: "t", runId: "r" };
const say = (messageId: string, delta: string, subagentRunId?: string): Event[] => {
  const owner = subagentRunId === undefined ? {} : { subagentRunId };
  return [
    { type: EventType.TEXT_MESSAGE_START, messageId, role: "assistant", ...owner },
    { type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta, ...owner },
  ];
};
const end = (outcome: Extract<Event, { type: EventType.RUN_FINISHED }>["outcome"]): Event => ({
  type: EventType.RUN_FINISHED,
  threadId: "t",
  runId: "r",
  ...(outcome === undefined ? {} : { outcome }),
});
const after = (events: readonly Event[], start = initialDigest(undefined, false)): DigestState["digest"] =>
  events.reduce((state, event, index) => digestEvent(state, { timestamp: 1000, ...event }, index + 1), start).digest;

describe("the agent's digest", () => {
  it("works while a run is open", () => {
    expect(after([run])).toMatchObject({
      status: "working",
      runId: "r",
      lastSeq: 1,
      lastActivityTime: "1970-01-01T00:00:01.000Z",
    });
  });

  it.each([
    ["ended", { type: EventType.RUN_FINISHED, threadId: "t", runId: "workspace-1", outcome: { type: "success" } }],
    ["failed", { type: EventType.RUN_ERROR, code: "CLONE_FAILED", message: "no" }],
    ["was cut off", { type: EventType.RUN_ERROR, message: "no", metadata: { runId: "workspace-1" } }],
  ] satisfies [string, Event][])("counts no run of the platform's own, which %s", (_how, last) => {
    const begun: Event = { type: EventType.RUN_STARTED, threadId: "t", runId: "workspace-1" };
    const digest = after([begun, last]);
    expect(digest).toMatchObject({ status: "idle", turns: 0, finishedRuns: 0 });
    expect([digest.runId, digest.result, digest.lastRunOutcome]).toEqual([undefined, undefined, undefined]);
  });

  it("has the last answer as result when the run ends", () => {
    const digest = after([run, ...say("a", "first"), ...say("b", "last"), end({ type: "success" })]);
    expect(digest).toMatchObject({
      status: "idle",
      finishedRuns: 1,
      lastRunOutcome: "success",
      result: { text: "last", isError: false },
    });
    expect(digest.runId).toBeUndefined();
  });

  it("does not take a subagent's words for the agent's", () => {
    expect(after([run, ...say("a", "mine"), ...say("b", "theirs", "s"), end(undefined)]).result?.text).toBe("mine");
  });

  it("waits for input after a question, which is not the end of the work", () => {
    const interrupts = [{ id: "i", reason: "question" }];
    expect(after([run, end({ type: "interrupt", interrupts })])).toMatchObject({
      status: "waiting_input",
      finishedRuns: 0,
      turns: 1,
      lastRunOutcome: "interrupt",
    });
  });

  it("has the reason as result when a run fails", () => {
    const failed: Event = { type: EventType.RUN_ERROR, message: "no key", code: "X" };
    expect(after([run, ...say("a", "half"), failed]).result).toEqual({ text: "no key", isError: true });
  });

  it("goes on from what a former attempt left", () => {
    const former = after([run, { type: EventType.TOOL_CALL_START, toolCallId: "c", toolCallName: "n" }]);
    expect(initialDigest(former, false).digest).toMatchObject({ status: "idle", toolCalls: 1 });
    expect(initialDigest(former, true).digest.status).toBe("waiting_input");
  });

  it("cuts texts to the limits of the status, between characters", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 300 }),
        fc.integer({ min: 10, max: 100 }),
        (text, length) => {
          const short = truncate(text, length);
          expect(Buffer.byteLength(short)).toBeLessThanOrEqual(length);
          expect(short.isWellFormed()).toBe(true);
          const fits = Buffer.byteLength(text) <= length;
          expect(fits ? short === text : text.startsWith(short.slice(0, -1))).toBe(true);
        },
      ),
    );
  });
});

/** RFC 7386. */
function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const isObject = typeof target === "object" && target !== null && !Array.isArray(target);
  const result: Record<string, unknown> = isObject ? { ...(target as Record<string, unknown>) } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = applyMergePatch(result[key], value);
  }
  return result;
}

describe("the status writer", () => {
  it("makes the patch that leads from one state to the next", () => {
    const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.integer(), { maxLength: 3 }));
    const state = fc.dictionary(
      fc.constantFrom("a", "b", "c"),
      fc.oneof(leaf, fc.dictionary(fc.constantFrom("x", "y"), leaf)),
    );
    fc.assert(
      fc.property(state, state, (before, next) => {
        expect(applyMergePatch(before, mergePatch(before, next))).toEqual({ ...next });
      }),
    );
  });

  it("writes at most once per interval, only what changed, and the newest state in the end", async () => {
    const bodies: unknown[] = [];
    let lastSeq = 0;
    const reporter = new StatusReporter({
      patch: async (body) => void bodies.push(body),
      read: () => ({ agent: { ...initialDigest(undefined, false).digest, lastSeq } }),
      logger,
      interval: 50,
    });
    reporter.start();
    for (; lastSeq < 40; lastSeq++) {
      reporter.touch();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await reporter.stop(1000);
    expect(bodies.length).toBeGreaterThan(2);
    expect(bodies.length).toBeLessThan(12);
    expect(bodies.at(-1)).toMatchObject({ status: { agent: { lastSeq: 40 } } });
  });

  it("tries again until a write works", async () => {
    const bodies: unknown[] = [];
    let failures = 2;
    const reporter = new StatusReporter({
      patch: async (body) => {
        if (failures-- > 0) throw new Error("down");
        bodies.push(body);
      },
      read: () => ({ agent: initialDigest(undefined, false).digest }),
      logger,
      backoff: 5,
    });
    reporter.start();
    reporter.touch();
    await expect.poll(() => bodies.length).toBe(1);
    await reporter.stop(1000);
  });
});
