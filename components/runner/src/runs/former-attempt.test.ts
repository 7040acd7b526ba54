import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EventLog, EventType, OpenItems, type Event } from "@pilothouse/agui";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Recorder } from "../events/recorder.ts";
import { Secrets } from "../events/redaction.ts";
import { closeInterruptedRun, promptRunId, readFormerAttempt, tellForgotten } from "./former-attempt.ts";

const UID = "5f2c";

describe("what a former attempt left", () => {
  let directory: string;
  let log: EventLog;
  let recorder: Recorder;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "former-"));
    log = await EventLog.open({ directory });
    recorder = new Recorder({ log, secrets: new Secrets(), logger: pino({ level: "silent" }) });
  });
  afterEach(async () => {
    await log.close();
    await rm(directory, { recursive: true });
  });

  const write = async (...events: readonly Event[]): Promise<void> => {
    for (const event of events) recorder.record(event);
    await log.flush();
  };
  const started = (runId: string): Event => ({ type: EventType.RUN_STARTED, threadId: UID, runId });
  const finished = (runId: string): Event => ({ type: EventType.RUN_FINISHED, threadId: UID, runId });
  const types = async (): Promise<string[]> =>
    (await Array.fromAsync(log.read())).flat().map(({ event }) => event.type);

  it("is nothing in a new session", async () => {
    const former = await readFormerAttempt(log, UID, 0);
    expect(former).toMatchObject({ promptRecorded: false, interrupts: [], messageIds: [] });
    expect(closeInterruptedRun(former, recorder)).toBe(false);
  });

  it("is a run that was cut off, which is ended with all that was open in it", async () => {
    await write(started(promptRunId(UID)), { type: EventType.TEXT_MESSAGE_START, messageId: "m", role: "assistant" });
    const former = await readFormerAttempt(log, UID, 0);
    expect(former.promptRecorded).toBe(true);
    expect(closeInterruptedRun(former, recorder)).toBe(true);
    await log.flush();
    expect(await types()).toEqual(["RUN_STARTED", "TEXT_MESSAGE_START", "TEXT_MESSAGE_END", "RUN_ERROR"]);
  });

  it("is a question that waits, unless another run came after it", async () => {
    const outcome = { type: "interrupt" as const, interrupts: [{ id: "i", reason: "question" }] };
    await write(started("a"), { ...finished("a"), outcome } as Event);
    expect((await readFormerAttempt(log, UID, 0)).interrupts).toEqual(outcome.interrupts);
    await write(started("b"), finished("b"));
    expect((await readFormerAttempt(log, UID, 0)).interrupts).toEqual([]);
  });

  it("is a call that the client owes the result of, unless another run came after it", async () => {
    const outcome = { type: "success" as const, pendingToolCallIds: ["x"] };
    await write(started("a"), { ...finished("a"), outcome } as Event);
    expect((await readFormerAttempt(log, UID, 0)).owed).toEqual(["x"]);
    await write(started("b"), finished("b"));
    expect((await readFormerAttempt(log, UID, 0)).owed).toEqual([]);
  });

  it("is told in a run of its own when the framework has forgotten it", async () => {
    await write(started("a"), finished("a"));
    let count = 0;
    tellForgotten(recorder, UID, "gemini-cli", () => `id-${++count}`);
    await log.flush();
    const events = (await Array.fromAsync(log.read({ after: 2 }))).flat().map(({ event }) => event);
    expect(events[2]).toMatchObject({ delta: expect.stringContaining("gemini-cli keeps no conversations") });
    const open = new OpenItems();
    for (const event of events) open.see(event);
    expect(open.run).toBeUndefined();
  });
});
