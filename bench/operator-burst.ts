/**
 * What the operator takes for many sessions: how soon a burst has its Jobs, what one session's life costs in requests to the
 * API, what a resync of idle sessions costs (nothing), and memory. The operator is a process of its own; the API server and
 * its controllers are this process, the pods are hollow (support/hollow-kubelet.ts) or, in the burst, wait for a node.
 *
 * `node bench/operator-burst.ts [sessions] [many]`: 1,000 in the burst, 5,000 for the second figure of memory.
 */
import type { Stored } from "@pilothouse/kubernetes";
import { sessions, type SessionObject } from "../components/operator/src/resources/types.ts";
import { Platform, eventually } from "../components/operator/test/support/platform.ts";
import { HollowKubelet, jobCount } from "./support/hollow-kubelet.ts";
import { proportionalMemory } from "./support/memory.ts";
import { Helper, processorSeconds } from "./support/parts.ts";
import { report } from "./support/report.ts";

type Counts = Readonly<Record<string, number>>;

const burst = Number(process.argv[2] ?? 1000);
const many = Number(process.argv[3] ?? 5000);
const WIDTH = 16;
const RESYNC_SECONDS = 5;
const RESYNCS = 3;
const PATIENCE_SECONDS = 1200;
const PROJECT = "bench";

const pause = async (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const left = items.values();
  await Promise.all(
    Array.from({ length: WIDTH }, async () => {
      for (const item of left) await work(item);
    }),
  );
}

const namesOf = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => `session-${from + index}`);

/** The whole takes minutes: how far it is. */
function step(what: string): void {
  process.stderr.write(`${new Date().toISOString()} ${what}\n`);
}

async function all(
  platform: Platform,
  what: string,
  holds: (items: readonly Stored<SessionObject>[]) => boolean,
): Promise<void> {
  step(`waiting for ${what}`);
  const look = async (): Promise<true | undefined> => {
    const { items } = await platform.admin.list(sessions, { namespace: PROJECT });
    if (holds(items)) return true;
    await pause(2);
    return undefined;
  };
  await eventually(look, what, PATIENCE_SECONDS);
}

const inPhase = (phase: string) => (items: readonly Stored<SessionObject>[]) =>
  items.every((session) => session.status?.phase === phase);

const isWrite = (name: string): boolean => !/^(GET|WATCH) /.test(name);
const writesOf = (counts: Counts): number =>
  Object.entries(counts).reduce((sum, [name, count]) => sum + (isWrite(name) ? count : 0), 0);

/** What each session took, by verb and resource. */
function perSession(counts: Counts, count: number): string {
  const entries = Object.entries(counts).filter(([name]) => !name.startsWith("WATCH "));
  const shown = entries
    .map(([name, value]) => [name, value / count] as const)
    .filter(([, value]) => value >= 0.005)
    .toSorted(([, left], [, right]) => right - left)
    .map(([name, value]) => `${name} ${value.toFixed(2)}`);
  const writes = writesOf(Object.fromEntries(entries)) / count;
  return `${writes.toFixed(2)} writes: ${shown.join(", ")}`;
}

const platform = await Platform.start({
  node: false,
  startOperator: false,
  flags: { "resync-interval": String(RESYNC_SECONDS), "leader-election": "false" },
});
try {
  // As `up` starts it.
  const nodeOptions = (process.env["BENCH_OPERATOR_NODE_OPTIONS"] ?? "--max-semi-space-size=2")
    .split(" ")
    .filter((option) => option !== "");
  await using operator = new Helper("operator-process.ts", { args: platform.args, nodeOptions });
  const count = async (which: "start" | "stop"): Promise<Counts> => operator.ask<Counts>({ count: which });
  const writes = async (): Promise<number> => writesOf(await count("stop"));
  /** Until the operator has written nothing for a while: Events come last. */
  const quiet = async (): Promise<void> => {
    for (let before = -1, now = await writes(); before !== now; now = await writes()) {
      before = now;
      await pause(3);
    }
  };
  await operator.message();
  await platform.project(platform.user("olga"), PROJECT, "olga");
  await quiet();
  const atRest = await proportionalMemory(operator.pid);

  step("burst");
  await count("start");
  const began = performance.now();
  const processor = async (): Promise<number[]> => Promise.all([operator.pid, process.pid].map(processorSeconds));
  const [operatorBefore = 0, apiBefore = 0] = await processor();
  await inParallel(namesOf(0, burst), async (name) => platform.createSession(PROJECT, name));
  const created = (performance.now() - began) / 1000;
  const jobsThere = async (): Promise<true | undefined> =>
    (await jobCount(platform.admin, PROJECT)) >= burst ? true : undefined;
  await eventually(jobsThere, "all Jobs", PATIENCE_SECONDS);
  const launched = (performance.now() - began) / 1000;
  const [operatorAfter = 0, apiAfter = 0] = await processor();
  const busy = (before: number, after: number): string => `${(((after - before) * 1000) / burst).toFixed(1)} ms`;

  const kubelet = new HollowKubelet(platform.admin);
  await all(platform, "all sessions to run", inPhase("Running"));
  await quiet();
  const toRunning = await count("start");
  const memory = await proportionalMemory(operator.pid);

  await count("start");
  await pause(RESYNC_SECONDS * RESYNCS);
  const idle = await count("start");

  await inParallel(namesOf(0, burst), async (name) => platform.wish(PROJECT, name, "Stopped"));
  await all(platform, "all sessions to stop", inPhase("Stopped"));
  await quiet();
  const toStopped = await count("start");
  await inParallel(namesOf(0, burst), async (name) => platform.admin.delete(sessions, { namespace: PROJECT, name }));
  await all(platform, "all sessions to go", (items) => items.length === 0);
  await quiet();
  const toGone = await count("start");

  await inParallel(namesOf(burst, burst + many), async (name) => platform.createSession(PROJECT, name));
  await all(platform, "many sessions to run", inPhase("Running"));
  await quiet();
  const memoryOfMany = await proportionalMemory(operator.pid);
  await count("start");
  await pause(RESYNC_SECONDS * RESYNCS);
  const idleOfMany = await count("stop");
  await kubelet.stop();

  const resync = (counts: Counts): string => {
    const rest = Object.entries(counts).filter(([name]) => !name.startsWith("WATCH "));
    const reads = rest.reduce((sum, [name, value]) => sum + (isWrite(name) ? 0 : value), 0);
    return `${writesOf(Object.fromEntries(rest))} writes, ${reads} reads in ${RESYNCS} resyncs (target 0 writes)`;
  };
  report(
    "operator",
    `${burst} sessions created by ${WIDTH} clients over HTTPS, no pods in the burst; requests counted at the operator's connection; memory as proportional set size of the operator`,
    {
      "burst: sessions created": `${created.toFixed(2)} s, ${Math.round(burst / created)} sessions/s`,
      "burst: all Jobs created": `${launched.toFixed(2)} s, ${Math.round(burst / launched)} sessions/s (target 100)`,
      "burst: processor time per session": `operator ${busy(operatorBefore, operatorAfter)}, API server with clients ${busy(apiBefore, apiAfter)}`,
      "creation → Running": perSession(toRunning, burst),
      "Running → Stopped": perSession(toStopped, burst),
      "Stopped → gone": perSession(toGone, burst),
      [`resync of ${burst} idle`]: resync(idle),
      [`resync of ${many} idle`]: resync(idleOfMany),
      memory: `${atRest} MiB without sessions, ${memory} with ${burst} running, ${memoryOfMany} with ${many}`,
    },
  );
} finally {
  await platform.stop();
}
