/**
 * What each bridge costs: milliseconds from the start of the runner's process to the agent's first word (cold: the framework
 * starts with it), from a message to the first word when the framework is up (warm), and the memory of the runner with all
 * that it started, idle and while it speaks. The model is simulated and the broker is real; cloning and scheduling are not in it.
 * Run: node bench/bridges.ts [rounds]
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { EventType, type SequencedEvent } from "@pilothouse/agui";
import { FRAMEWORKS, type Framework } from "../components/runner/test/conformance/frameworks.ts";
import { lastSeq, Stage, type Started } from "../components/runner/test/conformance/stage.ts";

const rounds = Number(process.argv[2] ?? 5);

interface Sample {
  readonly coldMs: number;
  readonly warmMs: number;
  readonly idleMiB: number;
  readonly busyMiB: number;
}

const speaks = ({ event }: SequencedEvent): boolean => event.type === EventType.TEXT_MESSAGE_CONTENT;
const ends = ({ event }: SequencedEvent): boolean => event.type === EventType.RUN_FINISHED;

/** The process and everything below it. */
function family(pid: number): number[] {
  const lines = execFileSync("ps", ["-eo", "pid=,ppid="], { encoding: "utf8" }).trim().split("\n");
  const parents = lines.map((line) => line.trim().split(/\s+/).map(Number));
  const found = [pid];
  for (const one of found) for (const [child = 0, parent] of parents) if (parent === one) found.push(child);
  return found;
}

/** Proportional set size: memory that processes share counts once. */
function memory(pid: number): number {
  const sizes = family(pid).map((one) => {
    try {
      return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${one}/smaps_rollup`, "utf8"))?.[1] ?? 0);
    } catch {
      return 0;
    }
  });
  return sizes.reduce((sum, size) => sum + size, 0) / 1024;
}

async function firstWord({ runner }: Started, after: number, since: number): Promise<number> {
  await runner.eventsUntil(speaks, after, 60);
  return performance.now() - since;
}

async function measure(stage: Stage): Promise<Sample> {
  let launched = 0;
  const cold = await stage.start({ initialPrompt: "hello" }, undefined, {
    beforeRunner: () => (launched = performance.now()),
  });
  const coldMs = await firstWord(cold, 0, launched);
  await cold.runner.eventsUntil(ends, 0);
  await new Promise((resolve) => setTimeout(resolve, 500));
  const idleMiB = memory(cold.runner.pid);
  let after = await lastSeq(cold.runner);
  const asked = performance.now();
  await cold.runner.say("hello");
  const warmMs = await firstWord(cold, after, asked);
  await cold.runner.eventsUntil(ends, after);
  after = await lastSeq(cold.runner);
  await cold.runner.say("slow");
  await cold.runner.eventsUntil(speaks, after);
  await new Promise((resolve) => setTimeout(resolve, 500));
  const busyMiB = memory(cold.runner.pid);
  await cold.end();
  return { coldMs, warmMs, idleMiB, busyMiB };
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

console.log(`${cpus().length} × ${cpus()[0]?.model ?? "unknown"}, Node ${process.version}, ${rounds} rounds, medians`);
for (const framework of Object.values<Framework>(FRAMEWORKS)) {
  const stage = await Stage.open(framework);
  try {
    const samples: Sample[] = [];
    for (let round = 0; round < rounds; round++) samples.push(await measure(stage));
    const of = (pick: (sample: Sample) => number): number => Math.round(median(samples.map(pick)));
    console.log(
      `${framework.runnerType}: first word ${of((one) => one.coldMs)} ms cold, ${of((one) => one.warmMs)} ms warm; ` +
        `memory ${of((one) => one.idleMiB)} MiB idle, ${of((one) => one.busyMiB)} MiB while it speaks`,
    );
  } finally {
    await stage.close();
  }
}
