/**
 * Two replicas of the backend, as processes on one PostgreSQL, which are killed in turn while runners come and go and readers
 * are cut off at random: what a reader has in the end is the runner's log, byte for byte.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { constantFrom, integer, record, sample } from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BackendProcess } from "./backend-process.ts";
import { TestCluster } from "./cluster.ts";
import { findPostgres, startPostgres, type PostgresServer } from "./postgres.ts";
import { TestReader } from "./reader.ts";
import { TestRunner } from "./runner.ts";
import { createSession, setEndpoint, type TestSession } from "./session.ts";

const programs = await findPostgres();
/** More by the environment: a thousand take a minute. */
const DISCONNECTS = Number(process.env["DISCONNECTS"] ?? 200);
/** One of so many disconnects is the end of a replica, which takes longest to come back. */
const KILL_EVERY = 50;

describe.skipIf(programs === undefined)("two replicas that are killed", () => {
  let cluster: TestCluster;
  let database: PostgresServer;
  let replicas: [BackendProcess, BackendProcess];
  let jwks: string;

  beforeAll(async () => {
    [cluster, database] = await Promise.all([TestCluster.start(), startPostgres(programs ?? "")]);
    const variables = { DATABASE_URL: database.url };
    replicas = await Promise.all([BackendProcess.start(cluster, variables), BackendProcess.start(cluster, variables)]);
    jwks = replicas[0].jwks;
    await cluster.project("blue", [{ user: "olga", role: "admin" }]);
  }, 90_000);

  afterAll(async () => {
    for (const replica of replicas ?? []) await replica.stop();
    await cluster?.stop();
    await database?.stop();
  });

  const pathOf = ({ name }: TestSession) => `/api/projects/blue/agentic-sessions/${name}/agui`;

  /** Brings the log to the store as a runner does: from where it has everything, at whichever replica answers. */
  function pushing(session: TestSession, runner: TestRunner): { stop(): Promise<void> } {
    const end = new AbortController();
    const loop = (async () => {
      let stored = 0;
      for (let attempt = 0; !end.signal.aborted || stored < runner.log.length; attempt += 1) {
        const entries = runner.log
          .slice(stored, stored + 100)
          .map(({ seq, data }) => ({ seq, event: JSON.parse(data) as unknown }));
        await sleep(20);
        if (entries.length === 0) continue;
        try {
          const url = `${replicas[attempt % 2 === 0 ? 0 : 1].url}/internal/transcripts/${session.uid}/events`;
          const headers = { authorization: `Bearer ${session.token}`, "content-type": "application/json" };
          const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(entries) });
          const { lastSeq } = (await answer.json()) as { lastSeq?: number };
          stored = lastSeq ?? stored;
        } catch {
          // Killed: the other one takes them.
        }
      }
    })();
    return {
      stop: async () => {
        end.abort();
        await loop;
      },
    };
  }

  const event = (value: string) => ({ type: "CUSTOM", name: "n", value: `${value} ü\u2028` });

  it("lose nothing of a run that was entered at one and is followed at the other", async () => {
    const session = await createSession(cluster, "blue", "followed");
    const runner = new TestRunner(jwks, session.uid);
    runner.answer = ({ body }) => {
      const { runId } = JSON.parse(body) as { runId: string };
      void (async () => {
        runner.append({ type: "RUN_STARTED", threadId: session.uid, runId });
        for (let step = 0; step < 30; step += 1) {
          runner.append(event(`${runId} ${step}`));
          await sleep(10);
        }
        runner.append({ type: "RUN_FINISHED", threadId: session.uid, runId });
      })();
      return { status: 202, body: { runId, threadId: session.uid } };
    };
    await setEndpoint(cluster, session, await runner.start());
    const pusher = pushing(session, runner);
    const token = cluster.token("olga");
    const urls = replicas.map(({ url }) => `${url}${pathOf(session)}/events`);
    const reader = new TestReader(urls.toReversed(), token);
    reader.start(0);
    for (const [turn, entered] of replicas.entries()) {
      const runId = `run-${turn}`;
      const answer = await fetch(`${entered.url}${pathOf(session)}/run`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify({ runId, messages: [{ role: "user", content: "go" }] }),
      });
      expect(answer.status).toBe(202);
      await reader.until(() => reader.lastSeq > turn * 32 + 5);
      await entered.stop();
      await reader.until(() => reader.lastSeq === (turn + 1) * 32, 20_000);
      await entered.restart();
    }
    expect(reader.received).toEqual(runner.log);
    await pusher.stop();
    await reader.stop();
    await runner.stop();
  }, 60_000);

  it(`give every reader the log, byte for byte, over ${DISCONNECTS} disconnects`, async () => {
    const session = await createSession(cluster, "blue", "cut");
    const runner = new TestRunner(jwks, session.uid);
    const token = cluster.token("olga");
    const urls = replicas.map(({ url }) => `${url}${pathOf(session)}/events`);
    const readers = [new TestReader(urls, token), new TestReader(urls.toReversed(), token)];
    const pusher = pushing(session, runner);
    await setEndpoint(cluster, session, await runner.start());
    for (const reader of readers) reader.start(0);
    const wish = record({
      what: constantFrom("reader", "reader", "reader", "reader", "both", "stream", "stream", "runner"),
      size: integer({ min: 0, max: 30 }),
      pause: integer({ min: 0, max: 12 }),
    });
    let restarting: Promise<void> = Promise.resolve();
    for (const [turn, { what, size, pause }] of sample(wish, DISCONNECTS).entries()) {
      const first = runner.log.length;
      runner.append(...Array.from({ length: size }, (_, index) => event(`event ${first + index}`)));
      if (turn % KILL_EVERY === KILL_EVERY - 1) {
        await restarting;
        const replica = replicas[Math.floor(turn / KILL_EVERY) % 2 === 0 ? 0 : 1];
        await replica.stop();
        restarting = replica.restart();
      } else if (what === "reader") readers[turn % 2]?.cut();
      else if (what === "both") for (const reader of readers) reader.cut();
      else if (what === "stream") runner.cut();
      else {
        await runner.stop();
        await setEndpoint(cluster, session, null);
        runner.append(event("written while nobody listened"));
        await setEndpoint(cluster, session, await runner.start());
      }
      await sleep(pause);
    }
    await restarting;
    runner.append(event("the last"));
    for (const reader of readers) {
      await reader.until(() => reader.lastSeq === runner.log.length, 30_000);
      expect(reader.received).toEqual(runner.log);
    }
    await pusher.stop();
    const late = new TestReader(urls, token);
    late.start(0);
    await late.until(() => late.lastSeq === runner.log.length, 30_000);
    expect(late.received).toEqual(runner.log);
    for (const reader of [...readers, late]) await reader.stop();
    await runner.stop();
  }, 240_000);
});
