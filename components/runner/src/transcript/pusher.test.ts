import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EventLog, EventType } from "@pilothouse/agui";
import { staticToken } from "@pilothouse/kubernetes";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TranscriptStore } from "../../test/support/transcript-store.ts";
import { TranscriptClient } from "./client.ts";
import { TranscriptPusher } from "./pusher.ts";

const UID = "5f2c";
const logger = pino({ level: "silent" });

describe("TranscriptPusher", () => {
  let directory: string;
  let store: TranscriptStore;
  let log: EventLog;
  let pusher: TranscriptPusher;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "pusher-"));
    store = await TranscriptStore.start();
    log = await EventLog.open({ directory });
    const client = new TranscriptClient({ backendUrl: store.url, sessionUid: UID, token: staticToken("secret-token") });
    pusher = new TranscriptPusher({
      log,
      client,
      logger,
      backoff: 5,
      longestBackoff: 20,
      batchEvents: 50,
      batchLength: 2000,
    });
  });
  afterEach(async () => {
    await pusher.stop();
    await log.close();
    await store.stop();
    await rm(directory, { recursive: true });
  });

  const write = (count: number): void => {
    for (let index = 0; index < count; index++) log.append({ type: EventType.CUSTOM, name: "n", value: index });
  };
  const complete = async (): Promise<void> => {
    await log.flush();
    expect(await pusher.flush(AbortSignal.timeout(5000))).toBe(true);
    expect(store.events(UID).map((entry) => entry.seq)).toEqual(
      Array.from({ length: log.lastSeq }, (_, index) => index + 1),
    );
  };

  it("brings every event to the store, in order and once, with the pod's token", async () => {
    pusher.start(0);
    write(300);
    await complete();
    expect(store.tokens).toEqual(new Set(["Bearer secret-token"]));
    expect(store.requests).toBeLessThan(60);
  });

  it("goes on after the store was away, from where it was", async () => {
    store.failWith = 503;
    pusher.start(0);
    write(200);
    await expect.poll(() => store.requests).toBeGreaterThan(2);
    expect(store.lastSeq(UID)).toBe(0);
    store.failWith = undefined;
    await complete();
  });

  it("fills a gap that the store reports", async () => {
    pusher.start(0);
    write(100);
    await complete();
    store.forgetAfter(UID, 30);
    write(1);
    await expect.poll(() => store.lastSeq(UID)).toBe(101);
    await complete();
  });

  it("begins after what the store has already", async () => {
    write(40);
    await log.flush();
    const all = await Array.fromAsync(log.read());
    store.append(UID, all.flat().slice(0, 25));
    pusher.start(25);
    await complete();
    expect(store.requests).toBeLessThan(3);
  });

  it("gives up a flush when its time is over", async () => {
    store.failWith = 500;
    pusher.start(0);
    write(1);
    await log.flush();
    expect(await pusher.flush(AbortSignal.timeout(50))).toBe(false);
  });
});
