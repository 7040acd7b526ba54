import { EventType } from "@pilothouse/agui";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Platform, type TestSession } from "./support/platform.ts";
import { RunnerProcess } from "./support/runner-process.ts";

describe("a replayed session", () => {
  let platform: Platform;
  const running: RunnerProcess[] = [];

  beforeAll(async () => {
    platform = await Platform.start();
  });
  afterAll(async () => {
    await platform.stop();
  });
  afterEach(async () => {
    for (const runner of running.splice(0)) {
      runner.kill("SIGKILL");
      await runner.exited;
    }
  });

  let count = 0;
  const session = async (spec: Record<string, unknown> = {}): Promise<TestSession> =>
    platform.createSession(`replay-${++count}`, {
      initialPrompt: "Fix it",
      environmentVariables: { REPLAY_SPEED: "0" },
      ...spec,
    });
  const start = async (of: TestSession, change: Record<string, string> = {}): Promise<RunnerProcess> => {
    const runner = await RunnerProcess.start(platform, of, change);
    running.push(runner);
    return runner;
  };

  it("delivers the first prompt and plays the first run", async () => {
    const of = await session();
    const runner = await start(of);
    const events = await runner.eventsUntil(({ event }) => event.type === EventType.RUN_FINISHED);
    expect(events.map((entry) => entry.seq)).toEqual(events.map((_, index) => index + 1));
    expect(events[0]?.event).toMatchObject({
      type: "RUN_STARTED",
      threadId: of.uid,
      input: { messages: [{ role: "user", content: "Fix it" }] },
    });
    expect(events.at(-1)?.event).toMatchObject({
      outcome: { type: "interrupt", interrupts: [{ reason: "question" }] },
    });
  });
});
