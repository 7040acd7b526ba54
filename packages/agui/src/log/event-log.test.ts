import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EventType, type Event, type SequencedEvent } from "../event/event.ts";
import { EventLog, type EventLogOptions, type ReadOptions } from "./event-log.ts";

const custom = (value: unknown): Event => ({ type: EventType.CUSTOM, name: "n", value });
const values = (entries: readonly SequencedEvent[]): unknown[] =>
  entries.map(({ event }) => (event.type === EventType.CUSTOM ? event.value : undefined));

async function collect(log: EventLog, options: ReadOptions = {}): Promise<SequencedEvent[]> {
  const all: SequencedEvent[] = [];
  for await (const batch of log.read(options)) all.push(...batch);
  return all;
}

describe("EventLog", () => {
  let directory: string;
  const open = async (options: Partial<EventLogOptions> = {}): Promise<EventLog> =>
    EventLog.open({ directory, ...options });

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "event-log-"));
  });
  afterEach(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  it("numbers from 1 and goes on after it was closed and opened", async () => {
    const first = await open();
    expect([first.append(custom("a")).seq, first.append(custom("b")).seq]).toEqual([1, 2]);
    await first.close();
    const second = await open();
    expect(second.lastSeq).toBe(2);
    expect(second.append(custom("c")).seq).toBe(3);
    await second.flush();
    expect(values(await collect(second))).toEqual(["a", "b", "c"]);
    await second.close();
  });

  it("gives an event the same bytes before a restart and after, whatever the order of its keys", async () => {
    const event = { timestamp: 5, value: { b: 1, a: 2 }, name: "n", more: true, type: EventType.CUSTOM } as Event;
    const late = { type: EventType.RUN_STARTED, runId: "r", threadId: "t", timestamp: 6 } as Event;
    const first = await open();
    first.append(event);
    first.append(late);
    await first.flush();
    const before = JSON.stringify(await collect(first));
    expect(before).toBe(JSON.stringify([event, late].map((each, index) => ({ seq: index + 1, event: each }))));
    await first.close();
    const second = await open();
    expect(JSON.stringify(await collect(second))).toBe(before);
    await second.close();
  });

  it("shows an event to readers only when it is written", async () => {
    const log = await open();
    log.append(custom("a"));
    expect(log.lastSeq).toBe(0);
    await log.flush();
    expect(log.lastSeq).toBe(1);
    expect(await readFile(join(directory, "0000000000000001.jsonl"), "utf8")).toContain('"seq":1');
    await log.close();
  });

  it("reads from any number, from memory or from its files", async () => {
    const log = await open({ segmentBytes: 200, tailEvents: 4 });
    for (let index = 1; index <= 40; index++) {
      log.append(custom(index));
      await log.flush();
    }
    expect((await readdir(directory)).length).toBeGreaterThan(5);
    for (const after of [0, 1, 7, 20, 35, 39, 40, 99]) {
      const expected = Array.from({ length: Math.max(0, 40 - after) }, (_, index) => after + index + 1);
      expect(values(await collect(log, { after, batch: 3 }))).toEqual(expected);
    }
    await log.close();
  });

  it("delivers to followers while it is written to, and ends them when it is closed", async () => {
    const log = await open({ segmentBytes: 500, tailEvents: 8 });
    const followers = [collect(log, { follow: true }), collect(log, { follow: true, batch: 2 })];
    for (let index = 1; index <= 300; index++) {
      log.append(custom(index));
      if (index % 50 === 0) await log.flush();
    }
    await log.close();
    for (const follower of followers)
      expect((await follower).map((entry) => entry.seq)).toEqual(Array.from({ length: 300 }, (_, index) => index + 1));
  });

  it("lets a reader that stopped for a long time catch up from the files", async () => {
    const log = await open({ segmentBytes: 1000, tailEvents: 2 });
    log.append(custom(0));
    await log.flush();
    const reader = log.read({ follow: true });
    expect(values((await reader.next()).value ?? [])).toEqual([0]);
    for (let index = 1; index <= 500; index++) log.append(custom(index));
    await log.flush();
    const rest: unknown[] = [];
    while (rest.length < 500) rest.push(...values((await reader.next()).value ?? []));
    expect(rest).toEqual(Array.from({ length: 500 }, (_, index) => index + 1));
    await reader.return();
    await log.close();
  });

  it("gives the very first event to a reader that comes while it is being written", async () => {
    const log = await open();
    log.append(custom("a"));
    const following = collect(log, { follow: true });
    await log.flush();
    await log.close();
    expect(values(await following)).toEqual(["a"]);
  });

  it("ends a follower whose signal aborts", async () => {
    const log = await open();
    const controller = new AbortController();
    const reading = collect(log, { follow: true, signal: controller.signal });
    log.append(custom("a"));
    await log.flush();
    controller.abort();
    expect(values(await reading).length).toBeLessThanOrEqual(1);
    await log.close();
  });

  it("makes producers wait while more is pending than the high-water mark", async () => {
    const log = await open({ highWater: 1000 });
    for (let index = 0; index < 100; index++) log.append(custom("x".repeat(100)));
    expect(log.lastSeq).toBe(0);
    await log.writable();
    expect(log.lastSeq).toBe(100);
    await log.close();
  });

  it("numbers on from where another copy ended, and reads over the hole", async () => {
    const log = await open({ tailEvents: 1 });
    log.append(custom("a"));
    await log.skipTo(10);
    expect(log.append(custom("b")).seq).toBe(11);
    await log.flush();
    expect((await collect(log)).map((entry) => entry.seq)).toEqual([1, 11]);
    await log.close();
    const again = await open();
    expect(again.lastSeq).toBe(11);
    expect((await collect(again, { after: 5 })).map((entry) => entry.seq)).toEqual([11]);
    await again.skipTo(3);
    expect(again.append(custom("c")).seq).toBe(12);
    await again.close();
  });

  it("refuses to open when an event is missing in an older segment", async () => {
    const log = await open({ segmentBytes: 100 });
    for (let index = 0; index < 10; index++) {
      log.append(custom(index));
      await log.flush();
    }
    await log.close();
    const [oldest] = (await readdir(directory)).toSorted();
    await writeFile(join(directory, oldest ?? ""), "not an event\n");
    const damaged = await open({ tailEvents: 1 });
    await expect(collect(damaged)).rejects.toThrow(/expected event 1 at byte 0/);
    await damaged.close();
  });

  it("writes again, at the same place, what a full disk refused", async () => {
    const problems: unknown[] = [];
    const log = await open({ onProblem: (problem) => problems.push(problem), retryMilliseconds: 10 });
    await rm(directory, { recursive: true });
    log.append(custom("a"));
    await expect.poll(() => problems.length).toBeGreaterThan(0);
    const { mkdir } = await import("node:fs/promises");
    await mkdir(directory);
    log.append(custom("b"));
    await log.flush();
    expect(values(await collect(log))).toEqual(["a", "b"]);
    await log.close();
  });

  it("survives a cut at any byte: keeps every whole event and numbers on without a gap", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: "binary", maxLength: 40 }), { minLength: 1, maxLength: 30 }),
        fc.nat(),
        fc.constantFrom("cut", "garbage", "zeros"),
        async (texts, at, damage) => {
          await rm(directory, { recursive: true, force: true });
          const log = await open();
          for (const value of texts) log.append(custom(value));
          await log.close();
          const file = join(directory, "0000000000000001.jsonl");
          const bytes = await readFile(file);
          const cut = at % (bytes.length + 1);
          const whole = bytes.subarray(0, cut).filter((byte) => byte === 0x0a).length;
          if (damage === "cut") await truncate(file, cut);
          else {
            const noise = Buffer.alloc(bytes.length - cut, damage === "zeros" ? 0 : 0x0a);
            await writeFile(file, Buffer.concat([bytes.subarray(0, cut), noise]));
          }
          const after = await open();
          // A cut right before a line's end can leave the line whole when a newline follows.
          expect([whole, whole + 1]).toContain(after.lastSeq);
          const kept = after.lastSeq;
          expect(after.append(custom("next")).seq).toBe(kept + 1);
          await after.flush();
          expect(values(await collect(after))).toEqual([...texts.slice(0, kept), "next"]);
          await after.close();
        },
      ),
      { numRuns: 60 },
    );
  });
});
