/**
 * What an event costs in a runner: recordings of many events are played as fast as they go, through redaction, numbering,
 * the log on disk and the stream to a reader; first in one session, then in many at once on this machine.
 * `node bench/runner-events.ts [events] [sessions]` prints milliseconds per event, and memory per runner.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { EventType } from "@pilothouse/agui";
import { Platform } from "../components/runner/test/support/platform.ts";
import { RunnerProcess } from "../components/runner/test/support/runner-process.ts";

const events = Number(process.argv[2] ?? 20_000);
const sessions = Number(process.argv[3] ?? 20);

/** Resident memory in MiB. */
async function memoryOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}

/** Of all threads, in seconds: a wall clock would measure what else the machine does. */
async function processorTimeOf(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, "utf8")).split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / 100;
}

async function record(folder: string): Promise<void> {
  const ids = { threadId: "t", runId: "r" };
  const lines = [
    { type: "RUN_STARTED", ...ids },
    { type: "TEXT_MESSAGE_START", messageId: "m", role: "assistant" },
    ...Array.from({ length: events }, (_, index) => ({
      type: "TEXT_MESSAGE_CONTENT",
      messageId: "m",
      delta: `some words of an answer, number ${index} `,
    })),
    { type: "TEXT_MESSAGE_END", messageId: "m" },
    { type: "RUN_FINISHED", ...ids },
  ];
  await mkdir(folder);
  await writeFile(join(folder, "many.jsonl"), lines.map((event) => JSON.stringify({ at: 0, event })).join("\n"));
}

const platform = await Platform.start();
try {
  const recordings = join(platform.directory, "recordings");
  await record(recordings);
  const spec = { environmentVariables: { REPLAY_RECORDING: "many", REPLAY_SPEED: "0" } };
  const start = async (name: string): Promise<RunnerProcess> =>
    RunnerProcess.start(platform, await platform.createSession(name, spec), { PILOTHOUSE_RECORDINGS_DIR: recordings });
  const play = async (runner: RunnerProcess): Promise<{ seconds: number; processor: number }> => {
    const before = await processorTimeOf(runner.pid);
    const begun = performance.now();
    await runner.say("go");
    await runner.eventsUntil(({ event }) => event.type === EventType.RUN_FINISHED, 0, 300);
    return {
      seconds: (performance.now() - begun) / 1000,
      processor: (await processorTimeOf(runner.pid)) - before,
    };
  };
  const one = await start("one");
  const idle = await memoryOf(one.pid);
  const alone = await play(one);
  console.log(`${cpus().length} processors, ${events} events`);
  console.log(
    `one session: ${((alone.seconds * 1000) / events).toFixed(3)} ms per event, ${((alone.processor * 1000) / events).toFixed(3)} ms of processor time; ${idle} MiB idle, ${await memoryOf(one.pid)} MiB after`,
  );
  await one.stop();
  const begun = performance.now();
  const many = await Promise.all(Array.from({ length: sessions }, async (_, index) => start(`many-${index}`)));
  const started = (performance.now() - begun) / 1000;
  const all = await Promise.all(many.map(play));
  const slowest = Math.max(...all.map((each) => each.seconds));
  const memory = await Promise.all(many.map(async (runner) => memoryOf(runner.pid)));
  console.log(
    `${sessions} sessions at once: started in ${started.toFixed(1)} s, ${Math.round((sessions * events) / slowest)} events per second in all, ${Math.round(memory.reduce((sum, each) => sum + each, 0) / sessions)} MiB each`,
  );
  await Promise.all(many.map(async (runner) => runner.stop()));
} finally {
  await platform.stop();
}
