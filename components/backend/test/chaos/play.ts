/**
 * One history on two replicas, one database, one runner and their network, decided by a seed: what is killed, cut off or
 * silent, and when, while clients send runs, take some back, interrupt, and read. Ends with a verdict when all has settled.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { constantFrom, integer, nat, record, sample, type Arbitrary } from "fast-check";
import { BackendProcess } from "../backend-process.ts";
import { TestCluster } from "../cluster.ts";
import { startPostgres } from "../postgres.ts";
import { TestReader } from "../reader.ts";
import { createSession } from "../session.ts";
import { Relay } from "./relay.ts";
import { RECORDING, RunnerPod } from "./runner-pod.ts";
import { runFaults, streamFaults } from "./verdict.ts";
import { Writer, type Sent } from "./writer.ts";

export interface History {
  readonly seed: number;
  readonly deeds: number;
  /** Programs of PostgreSQL; undefined = one backend on SQLite, which is killed as well. */
  readonly postgres: string | undefined;
}

export interface Verdict {
  readonly faults: readonly string[];
  /** In words: what was done and how it was answered. */
  readonly account: string;
}

/** How often each is done in some thirty deeds. */
const WEIGHTS = {
  "cut-reader": 4,
  cancel: 4,
  interrupt: 3,
  "kill-replica": 4,
  "end-replica": 3,
  "kill-runner": 2,
  "end-runner": 1,
  "restart-database": 2,
  "cut-database": 2,
  "silent-database": 2,
  "cut-push": 2,
} as const;
const DEED = record({
  what: constantFrom(
    ...(Object.keys(WEIGHTS) as (keyof typeof WEIGHTS)[]).flatMap((what) =>
      Array.from({ length: WEIGHTS[what] }, () => what),
    ),
  ),
  pick: nat(),
  pause: integer({ min: 0, max: 400 }),
  away: integer({ min: 50, max: 700 }),
});
type Deed = typeof DEED extends Arbitrary<infer T> ? T : never;

/** Longer than the longest that anybody waits before they try again. */
const SETTLE_MILLISECONDS = 60_000;
const UP_MILLISECONDS = 500;
const PROGRESS_MILLISECONDS = 6_000;
const READERS = 4;
/** A backend gives a silent database 15 s before it says so, and a reader comes again. */
const LONGEST_HANG_MILLISECONDS = 30_000;

export async function play({ seed, deeds, postgres }: History): Promise<Verdict> {
  const began = performance.now();
  await using resources = new AsyncDisposableStack();
  const cluster = resources.adopt(await TestCluster.start(), async (it) => it.stop());
  await cluster.project("blue", [{ user: "olga", role: "admin" }]);
  const session = await createSession(cluster, "blue", "chaos", { REPLAY_RECORDING: RECORDING, REPLAY_SPEED: "1" });

  const database = postgres === undefined ? undefined : await startPostgres(postgres);
  if (database !== undefined) resources.defer(async () => database.stop());
  const toDatabase = resources.use(await Relay.start(() => (database === undefined ? [] : [database.url])));
  const variables = {
    SHUTDOWN_SECONDS: "3",
    ...(database === undefined ? {} : { DATABASE_URL: `postgres://pilothouse@127.0.0.1:${toDatabase.port}/postgres` }),
  };
  const replicas: BackendProcess[] = [];
  resources.defer(async () => {
    for (const replica of replicas) await replica.stop();
  });
  for (let left = database === undefined ? 1 : 2; left > 0; left -= 1) {
    replicas.push(await BackendProcess.start(cluster, variables));
  }
  let turn = 0;
  const urls = () => replicas.map((_, index) => replicas[(index + turn) % replicas.length]?.url ?? "");
  const service = resources.use(
    await Relay.start(() => {
      turn += 1;
      return urls();
    }),
  );
  const backend = { backendUrl: `http://127.0.0.1:${service.port}`, jwks: replicas[0]?.jwks ?? "" };
  const size = { runs: 2000, events: 40, milliseconds: 4 };
  const pod = resources.adopt(await RunnerPod.create(cluster, session, backend, size), async (it) => it.remove());
  await pod.start();

  const token = cluster.token("olga");
  const path = "/api/projects/blue/agentic-sessions/chaos";
  const address = (): string => {
    turn += 1;
    return `${urls()[0]}${path}`;
  };
  const readers = Array.from({ length: READERS }, (_, index) => {
    const addresses = replicas.map((_replica, other) => `${replicas[(index + other) % replicas.length]?.url}${path}`);
    return new TestReader(
      addresses.map((each) => `${each}/agui/events`),
      token,
    );
  });
  for (const reader of readers) reader.start(0);
  resources.defer(async () => {
    await Promise.all(readers.map(async (reader) => reader.stop()));
  });

  const accepted = (): number => writers.reduce((sum, { sent }) => sum + sent.filter(wasAccepted).length, 0);
  const ending = new AbortController();
  const writers = ["anna", "bert", "cora"].map((name) => new Writer(name, address, token));
  const writing = writers.map(async (writer) => {
    while (!ending.signal.aborted) {
      await writer.say(AbortSignal.timeout(SETTLE_MILLISECONDS));
      await sleep(120);
    }
  });

  const returning = new Map<string, Promise<void>>();
  /** One after the other for the same thing, with a while in which it serves; what comes too early is dropped. */
  const away = (what: string, work: () => Promise<void>): void => {
    if (returning.has(what)) return;
    const whole = async (): Promise<void> => {
      await work();
      await sleep(UP_MILLISECONDS);
    };
    returning.set(
      what,
      whole().finally(() => returning.delete(what)),
    );
  };
  const done = new Map<string, number>();
  const act = async ({ what, pick, away: milliseconds }: Deed): Promise<void> => {
    done.set(what, (done.get(what) ?? 0) + 1);
    const writer = writers[pick % writers.length];
    switch (what) {
      case "cut-reader":
        return readers[pick % READERS]?.cut();
      case "cancel": {
        const entry = writer?.sent.findLast(({ runId }) => runId !== undefined);
        if (entry !== undefined) void writer?.cancel(entry);
        return;
      }
      case "interrupt":
        void writer?.ask("POST", "/agui/interrupt", {});
        return;
      case "kill-replica":
      case "end-replica": {
        const index = pick % replicas.length;
        return away(`replica ${index}`, async () => {
          await replicas[index]?.stop(what === "kill-replica" ? "SIGKILL" : "SIGTERM");
          await sleep(milliseconds);
          await replicas[index]?.restart();
        });
      }
      case "kill-runner":
      case "end-runner":
        return away("runner", async () => {
          await pod.stop(what === "kill-runner" ? "SIGKILL" : "SIGTERM");
          await sleep(milliseconds);
          await pod.start();
        });
      case "restart-database":
        if (database !== undefined) away("database", async () => database.restart());
        return;
      case "cut-database":
        return toDatabase.cut();
      case "silent-database":
        return toDatabase.silence(milliseconds * 4);
      case "cut-push":
        return service.cut();
    }
  };
  for (const deed of sample(DEED, { seed, numRuns: deeds })) {
    const before = accepted();
    await act(deed);
    await sleep(deed.pause);
    // What is dead all the time is not tried: something must come through between two deeds.
    const patience = performance.now() + PROGRESS_MILLISECONDS;
    while (accepted() < before + 2 && performance.now() < patience) await sleep(20);
  }
  ending.abort();
  await Promise.all(writing);
  await Promise.all(returning.values());

  const faults: string[] = [];
  const [first] = writers;
  const settled = performance.now() + SETTLE_MILLISECONDS;
  for (;;) {
    const queue = await first?.ask("GET", "/agui/queue");
    if (queue?.status === 200 && queue.body["active"] === null && String(queue.body["items"]) === "") break;
    if (performance.now() > settled) {
      faults.push(`nothing settled: the queue is ${JSON.stringify(queue)}`);
      break;
    }
    await sleep(100);
  }
  // What a graceful end leaves behind is all in the store.
  await pod.stop("SIGTERM");
  const log = await pod.log();
  const late = new TestReader(`${replicas[0]?.url}${path}/agui/events`, token);
  late.start(0);
  for (const [index, reader] of [...readers, late].entries()) {
    const name = reader === late ? "a late reader" : `reader ${index}`;
    await reader.until(() => reader.lastSeq >= log.length, LONGEST_HANG_MILLISECONDS).catch(() => undefined);
    faults.push(...streamFaults(name, reader.received, log));
  }
  await late.stop();
  faults.push(...pod.faults, ...runFaults(log, writers), ...writers.flatMap((writer) => writer.faults));
  const answers = new Map<string, number>();
  for (const writer of writers) {
    for (const [answer, count] of writer.answers) answers.set(answer, (answers.get(answer) ?? 0) + count);
  }
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  const connections = readers.reduce((sum, reader) => sum + reader.connections, 0);
  const account =
    `seed ${seed}, ${seconds} s: ${log.length} events, ${writers.flatMap(({ sent }) => sent).length} runs sent, ` +
    `${connections} connections of readers; was asked for ${counts(done)}; answered ${counts(answers)}`;
  return { faults, account };
}

function wasAccepted({ runId }: Sent): boolean {
  return runId !== undefined;
}

function counts(of: ReadonlyMap<string, number>): string {
  return [...of].map(([what, count]) => `${what} ×${count}`).join(", ");
}
