/** A run that was accepted is carried out once, whatever happens to the runner before its turn. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { EventType } from "@pilothouse/agui";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Platform } from "./support/platform.ts";
import { RunnerProcess } from "./support/runner-process.ts";

describe("runs that wait", () => {
  let platform: Platform;
  let recordings: string;

  beforeAll(async () => {
    platform = await Platform.start();
    recordings = join(platform.directory, "recordings");
    await mkdir(recordings);
    const run = (id: string, milliseconds: number) => [
      { at: 0, event: { type: "RUN_STARTED", threadId: "t", runId: id } },
      { at: milliseconds, event: { type: "RUN_FINISHED", threadId: "t", runId: id } },
    ];
    const lines = [...run("long", 60_000), ...["a", "b", "c", "d"].flatMap((id) => run(id, 5))];
    await writeFile(join(recordings, "long.jsonl"), lines.map((line) => JSON.stringify(line)).join("\n"));
  }, 30_000);
  afterAll(async () => platform?.stop());

  it.each(["SIGKILL", "SIGTERM"] as const)(
    "outlive %s of the runner, in their order, and none is repeated",
    async (signal) => {
      const session = await platform.createSession(`waiting-${signal.toLowerCase()}`, {
        runnerType: "replay",
        environmentVariables: { REPLAY_RECORDING: "long" },
      });
      const change = { PILOTHOUSE_RECORDINGS_DIR: recordings };
      const first = await RunnerProcess.start(platform, session, change);
      for (const runId of ["active", "one", "two", "three"]) await first.say(`do ${runId}`, runId);
      await first.json("DELETE", "/agui/queue/two");
      first.kill(signal);
      await first.exited;

      const second = await RunnerProcess.start(platform, session, change);
      for (const runId of ["one", "active"]) await second.say(`do ${runId} once more`, runId);
      await second.say("do four", "four");
      const events = await second.eventsUntil(
        ({ event }) => event.type === EventType.RUN_FINISHED && event.runId === "four",
      );
      const began = events.flatMap(({ event }) => (event.type === EventType.RUN_STARTED ? [event.runId] : []));
      expect(began).toEqual(["active", "one", "three", "four"]);
      const said = events.flatMap(({ event }) =>
        event.type === EventType.RUN_STARTED ? (event.input?.messages ?? []).map(({ content }) => content) : [],
      );
      expect(said).toEqual(["do active", "do one", "do three", "do four"]);
      expect(await second.json("GET", "/agui/queue")).toMatchObject({ items: [] });
      await second.stop();
    },
    30_000,
  );
});
