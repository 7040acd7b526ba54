/** What a runner that was killed, or cut off from the transcript store, had not sent is handed over by a run of its own. */
import { EventType, type SequencedEvent } from "@pilothouse/agui";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Platform, type TestSession } from "./support/platform.ts";
import { RunnerProcess } from "./support/runner-process.ts";

const isText = ({ event }: SequencedEvent): boolean => event.type === EventType.TEXT_MESSAGE_CONTENT;
const isEnd = ({ event }: SequencedEvent): boolean => event.type === EventType.RUN_FINISHED;

describe("a hand-over", () => {
  let platform: Platform;
  let recordings: string;

  beforeAll(async () => {
    platform = await Platform.start();
    recordings = join(platform.directory, "recordings");
    await mkdir(recordings);
    const ids = { threadId: "t", runId: "run" };
    const events = [
      { at: 0, event: { type: EventType.RUN_STARTED, ...ids } },
      { at: 1, event: { type: EventType.TEXT_MESSAGE_START, messageId: "m", role: "assistant" } },
      ...["one ", "two ", "three"].map((delta, index) => ({
        at: 2 + index,
        event: { type: EventType.TEXT_MESSAGE_CONTENT, messageId: "m", delta },
      })),
      { at: 600_000, event: { type: EventType.TEXT_MESSAGE_END, messageId: "m" } },
      { at: 600_000, event: { type: EventType.RUN_FINISHED, ...ids } },
    ];
    await writeFile(join(recordings, "endless.jsonl"), `${events.map((line) => JSON.stringify(line)).join("\n")}\n`);
    const short = events.map(({ event }, at) => JSON.stringify({ at, event }));
    await writeFile(join(recordings, "short.jsonl"), `${short.join("\n")}\n`);
  });
  afterAll(async () => platform.stop());

  const create = async (name: string, recording: string): Promise<TestSession> => {
    const environmentVariables = { REPLAY_RECORDING: recording };
    const session = await platform.createSession(name, { initialPrompt: "go", environmentVariables });
    await platform.patchStatus(name, { phase: "Running", attempt: 1 });
    return session;
  };
  const start = async (session: TestSession, change: Record<string, string> = {}): Promise<RunnerProcess> =>
    RunnerProcess.start(platform, session, { PILOTHOUSE_RECORDINGS_DIR: recordings, ...change });
  const handOver = async (session: TestSession): Promise<number | null> =>
    RunnerProcess.launch(platform, session, {
      PILOTHOUSE_RUNNER_MODE: "handover",
      // Nothing of a broker is there.
      PILOTHOUSE_BROKER_URL: "",
      PILOTHOUSE_BROKER_TOKEN: "",
    }).exited;
  const factOf = async (name: string) => (await platform.session(name)).status?.transcript;

  it("closes the run that was cut off, and brings events, artifacts and digest to where they belong", async () => {
    const { store } = platform;
    const session = await create("killed", "endless");
    store.failWith = 503;
    const runner = await start(session);
    const seen = await runner.eventsUntil((entry, all) => isText(entry) && all.filter(isText).length === 3);
    expect(await factOf("killed")).toEqual({ attempt: 1, complete: false });
    await writeFile(join(session.workspace, "artifacts", "report.md"), "# Report");
    runner.kill("SIGKILL");
    await runner.exited;
    await platform.patchStatus("killed", { phase: "Stopped" });
    expect(store.lastSeq(session.uid)).toBe(0);

    // In vain, as long as the store is away: then everything stays as it is.
    expect(await handOver(session)).toBe(1);
    expect(await platform.terminationMessage(session)).toMatch(/transcript store at .* does not answer/);
    expect(await factOf("killed")).toEqual({ attempt: 1, complete: false });

    store.failWith = undefined;
    expect(await handOver(session)).toBe(0);
    const stored = [...store.events(session.uid)];
    expect(stored.every(({ seq }, index) => seq === index + 1)).toBe(true);
    expect(stored.slice(0, seen.length)).toEqual(seen);
    expect(stored.at(-1)?.event).toMatchObject({ type: EventType.RUN_ERROR, code: "RUNNER_INTERRUPTED" });
    expect(store.archive(session.uid, "artifacts")?.length).toBeGreaterThan(0);
    const { status } = await platform.session("killed");
    expect(status?.transcript).toEqual({ attempt: 1, complete: true });
    expect(status?.agent).toMatchObject({
      status: "idle",
      promptDelivered: true,
      lastSeq: stored.length,
      lastRunOutcome: "error",
      finishedRuns: 1,
    });
    expect(status?.agent?.runId).toBeUndefined();

    // Once more changes nothing, and a next attempt goes on after it.
    expect(await handOver(session)).toBe(0);
    expect(store.lastSeq(session.uid)).toBe(stored.length);
    await platform.patchStatus("killed", { phase: "Running", attempt: 2 });
    const next = await RunnerProcess.start(platform, session, {
      PILOTHOUSE_RECORDINGS_DIR: recordings,
      PILOTHOUSE_ATTEMPT: "2",
    });
    expect(await factOf("killed")).toEqual({ attempt: 2, complete: false });
    await next.say("on");
    await next.eventsUntil(({ event }) => event.type === EventType.RUN_STARTED, stored.length);
    await next.stop();
    expect(await factOf("killed")).toEqual({ attempt: 2, complete: true });
    const all = store.events(session.uid);
    expect(all.map(({ seq }) => seq)).toEqual(all.map((_, index) => index + 1));
    // Five processes, one after the other.
  }, 60_000);

  it("is owed by a graceful end alone that did not reach the store", async () => {
    const { store } = platform;
    const session = await create("graceful", "short");
    const runner = await start(session);
    await runner.eventsUntil(isEnd);
    expect(await runner.stop()).toBe(143);
    expect(await factOf("graceful")).toEqual({ attempt: 1, complete: true });

    const other = await create("cut-off", "short");
    const cutOff = await start(other, { PILOTHOUSE_GRACE_SECONDS: "3" });
    await cutOff.eventsUntil(isEnd);
    store.failWith = 503;
    await cutOff.stop();
    store.failWith = undefined;
    expect(await factOf("cut-off")).toEqual({ attempt: 1, complete: false });
  });

  it("leaves the log alone of a session that was started again", async () => {
    const session = await create("started-again", "endless");
    const runner = await start(session);
    await runner.eventsUntil(isText);
    runner.kill("SIGKILL");
    await runner.exited;
    await platform.patchStatus("started-again", { phase: "Pending", attempt: 2 });
    const before = platform.store.lastSeq(session.uid);
    expect(await handOver(session)).toBe(0);
    expect(platform.store.lastSeq(session.uid)).toBe(before);
    expect(await factOf("started-again")).toEqual({ attempt: 1, complete: false });
  });
});
