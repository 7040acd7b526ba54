/** Two replicas of the backend on one PostgreSQL database: a thread is the same at both, and either may go. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestBackend } from "./backend.ts";
import { TestCluster } from "./cluster.ts";
import { findPostgres, startPostgres, type PostgresServer } from "./postgres.ts";
import { TestReader } from "./reader.ts";
import { TestRunner } from "./runner.ts";
import { createSession, setEndpoint } from "./session.ts";

const programs = await findPostgres();

describe.skipIf(programs === undefined)("two replicas", () => {
  let cluster: TestCluster;
  let database: PostgresServer;
  let one: TestBackend;
  let two: TestBackend;

  beforeAll(async () => {
    database = await startPostgres(programs ?? "");
    cluster = await TestCluster.start();
    const variables = { DATABASE_URL: database.url };
    [one, two] = await Promise.all([TestBackend.start(cluster, variables), TestBackend.start(cluster, variables)]);
    await cluster.project("blue", [{ user: "olga", role: "admin" }]);
  }, 60_000);

  afterAll(async () => {
    await one?.stop();
    await two?.stop();
    await cluster?.stop();
    await database?.stop();
  });

  it("show one thread, with what either of them was told", async () => {
    const session = await createSession(cluster, "blue", "shared");
    const runner = new TestRunner(one.jwks, session.uid);
    const path = `/api/projects/blue/agentic-sessions/shared/agui/events`;
    const readers = await Promise.all(
      [one, two].map(async (backend) => new TestReader(`${await backend.listen()}${path}`, cluster.token("olga"))),
    );
    for (const reader of readers) reader.start(0);
    const push = async (backend: TestBackend, from: number, to: number) => {
      const entries = runner.log.slice(from, to).map(({ seq, data }) => ({ seq, event: JSON.parse(data) as unknown }));
      return backend.call("POST", `/internal/transcripts/${session.uid}/events`, session.token, entries);
    };
    runner.append(...Array.from({ length: 20 }, (_, value) => ({ type: "CUSTOM", name: "n", value })));
    expect((await push(one, 0, 10)).body).toEqual({ lastSeq: 10 });
    expect((await push(two, 5, 12)).body).toEqual({ lastSeq: 12 });
    await Promise.all(readers.map(async (reader) => reader.until(() => reader.lastSeq === 12)));
    await setEndpoint(cluster, session, await runner.start());
    await Promise.all(readers.map(async (reader) => reader.until(() => reader.lastSeq === 20)));
    for (const reader of readers) expect(reader.received).toEqual(runner.log);
    await Promise.all(readers.map(async (reader) => reader.stop()));
    await runner.stop();
  });

  it("say that the store is away, and nothing of it, when the database is", async () => {
    const own = await startPostgres(programs ?? "");
    const backend = await TestBackend.start(cluster, { DATABASE_URL: own.url });
    const session = await createSession(cluster, "blue", "storeless");
    const base = "/api/projects/blue/agentic-sessions/storeless";
    const token = cluster.token("olga");
    expect((await backend.call("GET", `${base}/agui/feedback`, token)).status).toBe(200);
    await own.stop();
    const feedback = { metaType: "thumbs_up", messageId: "m" };
    const answers = await Promise.all([
      backend.call("GET", `${base}/agui/feedback`, token),
      backend.call("POST", `${base}/agui/feedback`, token, feedback),
      backend.call("GET", `${base}/search?q=word`, token),
      backend.call("GET", `/internal/transcripts/${session.uid}`, session.token),
      backend.call("POST", `/internal/transcripts/${session.uid}/events`, session.token, [
        { seq: 1, event: { type: "RUN_STARTED" } },
      ]),
    ]);
    for (const { status, body, text } of answers) {
      expect([status, body]).toMatchObject([503, { code: "STORE_UNAVAILABLE" }]);
      expect(text).not.toMatch(/ECONN|127\.0\.0\.1|pilothouse@/);
    }
    expect((await backend.call("GET", "/ready")).status).toBe(503);
    expect((await backend.call("GET", base, token)).status).toBe(200);
    await backend.stop();
  });

  it("carry one request out once, whichever gets it", async () => {
    const body = { runnerType: "replay", displayName: "once" };
    const headers = { "idempotency-key": "shared" };
    const url = "/api/projects/blue/agentic-sessions";
    const [a, b] = await Promise.all(
      [one, two].map(async (backend) => backend.call("POST", url, cluster.token("olga"), body, headers)),
    );
    expect(a?.status).toBe(201);
    expect(b?.text).toBe(a?.text);
  });
});
