/** The thread of a session: every event once and in order, whatever breaks on the way. */
import { get } from "node:http";
import { array, assert, asyncProperty, constantFrom, integer, record } from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { TestBackend } from "./backend.ts";
import { TestCluster } from "./cluster.ts";
import { TestReader } from "./reader.ts";
import { TestRunner } from "./runner.ts";
import { createSession, setEndpoint, type TestSession } from "./session.ts";

let cluster: TestCluster;
let backend: TestBackend;
let address: string;
let count = 0;
const ends: (() => Promise<void>)[] = [];

beforeAll(async () => {
  cluster = await TestCluster.start();
  backend = await TestBackend.start(cluster);
  address = await backend.listen();
  await cluster.project("blue", [
    { user: "olga", role: "admin" },
    { user: "vic", role: "view" },
  ]);
}, 60_000);

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

afterAll(async () => {
  await backend?.stop();
  await cluster?.stop();
});

async function setUp(): Promise<{ session: TestSession; runner: TestRunner; reader: TestReader; url: string }> {
  count += 1;
  const session = await createSession(cluster, "blue", `thread-${count}`);
  const runner = new TestRunner(backend.jwks, session.uid);
  const url = `${address}/api/projects/blue/agentic-sessions/${session.name}/agui/events`;
  const reader = new TestReader(url, cluster.token("vic"));
  ends.push(
    () => reader.stop(),
    () => runner.stop(),
  );
  return { session, runner, reader, url };
}

async function push(session: TestSession, runner: TestRunner, from: number, to: number) {
  const entries = runner.log.slice(from, to).map(({ seq, data }) => ({ seq, event: JSON.parse(data) as unknown }));
  return backend.call("POST", `/internal/transcripts/${session.uid}/events`, session.token, entries);
}

/** As a client that does not tidy paths up. */
async function rawGet(path: string, token: string): Promise<number | undefined> {
  const { hostname, port } = new URL(address);
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  get({ hostname, port, path, headers: { authorization: `Bearer ${token}` } }, (response) => {
    response.resume();
    resolve(response.statusCode);
  }).once("error", reject);
  return promise;
}

const text = (id: string, delta: string) => ({ type: "TEXT_MESSAGE_CONTENT", messageId: id, delta });
const run = (runId: string, ...events: Record<string, unknown>[]) => [
  { type: "RUN_STARTED", threadId: "t", runId, timestamp: 1000 },
  ...events,
  { type: "RUN_FINISHED", threadId: "t", runId, timestamp: 1500 },
];
const message = (id: string, ...deltas: string[]) => [
  { type: "TEXT_MESSAGE_START", messageId: id, role: "assistant" },
  ...deltas.map((delta) => text(id, delta)),
  { type: "TEXT_MESSAGE_END", messageId: id },
];

describe("a session's thread", () => {
  it("comes live from the runner, and stays open over stop and start", async () => {
    const { session, runner, reader } = await setUp();
    reader.start();
    runner.append(...run("r1", ...message("m1", "a", "b")));
    await setEndpoint(cluster, session, await runner.start());
    await reader.until(() => reader.lastSeq === 6);
    await runner.stop();
    await setEndpoint(cluster, session, null);
    runner.append(...run("r2", ...message("m2", "c")));
    await push(session, runner, 0, 11);
    await reader.until(() => reader.lastSeq === 11);
    await setEndpoint(cluster, session, await runner.start());
    runner.append(...run("r3"));
    await reader.until(() => reader.lastSeq === 13);
    expect(reader.received).toEqual(runner.log);
    expect(reader.connections).toBe(1);
  });

  it("comes with each finished message in one piece to a new reader", async () => {
    const { session, runner, reader } = await setUp();
    runner.append(...run("r1", ...message("m1", "a", "b", "c")), ...run("r2").slice(0, 1), ...message("m2", "d", "e"));
    await push(session, runner, 0, runner.log.length);
    reader.start();
    await reader.until(() => reader.lastSeq === runner.log.length);
    const contents = reader.received.map(({ data }) => JSON.parse(data) as Record<string, unknown>);
    expect(contents.filter((event) => event["type"] === "TEXT_MESSAGE_CONTENT")).toMatchObject([
      { messageId: "m1", delta: "abc" },
      { messageId: "m2", delta: "de" },
    ]);
  });

  it("is whole after the pod is gone, and as files", async () => {
    const { session, runner, reader } = await setUp();
    runner.append(...run("r1", ...message("m1", "hello ", "world")));
    await push(session, runner, 0, runner.log.length);
    await setEndpoint(cluster, session, null);
    reader.start(0);
    await reader.until(() => reader.lastSeq === runner.log.length);
    expect(reader.received).toEqual(runner.log);
    const path = `/api/projects/blue/agentic-sessions/${session.name}/export`;
    const json = await backend.call("GET", `${path}?format=json`, cluster.token("vic"));
    const lines = json.text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { at: number; event: unknown });
    expect(lines.map(({ event }) => JSON.stringify(event))).toEqual(runner.log.map(({ data }) => data));
    expect([lines[0]?.at, lines.at(-1)?.at]).toEqual([0, 500]);
    const markdown = await backend.call("GET", `${path}?format=markdown`, cluster.token("vic"));
    expect(markdown.text).toContain("hello world");
    expect(markdown.headers["content-disposition"]).toContain("attachment");
  });

  it("ends when the session is deleted", async () => {
    const { session, url } = await setUp();
    const response = await fetch(url, { headers: { authorization: `Bearer ${cluster.token("vic")}` } });
    const whole = response.text();
    await backend.call("DELETE", `/api/projects/blue/agentic-sessions/${session.name}`, cluster.token("olga"));
    expect(await whole).toContain("NOT_FOUND");
  });

  it("is refused to those who may not read the session", async () => {
    const { url } = await setUp();
    for (const [token, status] of [
      [cluster.token("mallory"), 403],
      ["garbage", 401],
    ] as const) {
      expect((await fetch(url, { headers: { authorization: `Bearer ${token}` } })).status).toBe(status);
    }
  });

  it("equals the log byte for byte, over cuts, restarts and a store that lags", async () => {
    const wish = record({
      what: constantFrom("append", "append", "append", "cut-reader", "cut-runner", "push", "stop", "start"),
      size: integer({ min: 1, max: 40 }),
    });
    await assert(
      asyncProperty(array(wish, { minLength: 10, maxLength: 30 }), async (wishes) => {
        const { session, runner, reader } = await setUp();
        let pushed = 0;
        let running = false;
        reader.start(0);
        const start = async (): Promise<void> => {
          await setEndpoint(cluster, session, await runner.start());
          running = true;
        };
        for (const { what, size } of wishes) {
          if (what === "append") {
            const first = runner.log.length + 1;
            runner.append(
              ...Array.from({ length: size }, (_, index) => text(`m${index % 3}`, `event ${first + index} ü\u2028`)),
            );
          } else if (what === "cut-reader") reader.cut();
          else if (what === "cut-runner") runner.cut();
          else if (what === "push") {
            const end = Math.min(runner.log.length, pushed + size);
            await push(session, runner, pushed, end);
            pushed = end;
          } else if (what === "stop" && running) {
            await runner.stop();
            running = false;
            await setEndpoint(cluster, session, null);
          } else if (what === "start" && !running) await start();
          await new Promise((resolve) => setTimeout(resolve, size % 7));
        }
        if (!running) await start();
        await reader.until(() => reader.lastSeq === runner.log.length);
        expect(reader.received).toEqual(runner.log);
        await reader.stop();
        await runner.stop();
      }),
      { numRuns: 12, endOnFailure: true },
    );
  }, 60_000);
});

describe("the transcript store", () => {
  it("takes each event once, and refuses gaps and strangers", async () => {
    const { session, runner } = await setUp();
    const other = await createSession(cluster, "blue", `other-${count}`);
    runner.append(...run("r1", ...message("m1", "a")));
    expect((await push(session, runner, 0, 3)).body).toEqual({ lastSeq: 3 });
    expect((await push(session, runner, 0, 3)).body).toEqual({ lastSeq: 3 });
    const gap = await push(session, runner, 4, 5);
    expect(gap.status).toBe(409);
    expect(gap.body).toMatchObject({ lastSeq: 3, code: "TRANSCRIPT_GAP" });
    const path = `/internal/transcripts/${session.uid}`;
    expect((await backend.call("GET", path, session.token)).body).toEqual({ lastSeq: 3 });
    for (const token of [other.token, cluster.token("olga")]) {
      expect((await backend.call("POST", `${path}/events`, token, [])).status).toBe(403);
      expect((await backend.call("GET", path, token)).status).toBe(403);
      expect((await backend.call("DELETE", path, token)).status).toBe(403);
    }
    expect((await backend.call("POST", `${path}/events`, undefined, [])).status).toBe(401);
  });

  it("keeps diffs for the time after the pod", async () => {
    const { session } = await setUp();
    const diff = { repo: "app", branch: "main", base: "abc", files: [], patch: "" };
    const path = `/internal/transcripts/${session.uid}/archive/diff`;
    const put = await backend.call("PUT", path, session.token, { live: true, items: [diff] });
    expect(put.status).toBe(204);
    const url = `/api/projects/blue/agentic-sessions/${session.name}/diff`;
    expect((await backend.call("GET", url, cluster.token("vic"))).body).toEqual({ live: false, items: [diff] });
  });
});

describe("a run", () => {
  it("reaches the runner with ids, and with the sender that the server knows", async () => {
    const { session, runner } = await setUp();
    runner.answer = (call) => ({ status: 202, body: { runId: JSON.parse(call.body).runId, threadId: session.uid } });
    await setEndpoint(cluster, session, await runner.start());
    const base = `/api/projects/blue/agentic-sessions/${session.name}/agui`;
    const input = {
      messages: [{ role: "user", content: "hi", metadata: { sender: { userId: "forged" }, mine: 1 } }],
    };
    const { status, body } = await backend.call("POST", `${base}/run`, cluster.token("olga"), input);
    expect(status).toBe(202);
    expect(body).toMatchObject({ threadId: session.uid, runId: expect.stringMatching(/^run-/) });
    const [call] = runner.calls;
    expect(call).toMatchObject({ method: "POST", url: "/agui/run", subject: "olga", verbs: ["read", "act"] });
    expect(JSON.parse(call?.body ?? "")).toMatchObject({
      threadId: session.uid,
      messages: [
        { role: "user", content: "hi", metadata: { sender: { userId: "olga", displayName: "olga" }, mine: 1 } },
      ],
    });
    // A client may call the conversation what it likes.
    await backend.call("POST", `${base}/run`, cluster.token("olga"), { ...input, threadId: "other" });
    expect(JSON.parse(runner.calls.at(-1)?.body ?? "")).toMatchObject({ threadId: session.uid });
    expect((await backend.call("POST", `${base}/interrupt`, cluster.token("vic"))).status).toBe(403);
    expect(runner.calls).toHaveLength(2);
  });

  it("is sent once for one Idempotency-Key", async () => {
    const { session, runner } = await setUp();
    runner.answer = (call) => ({ status: 202, body: { runId: JSON.parse(call.body).runId, threadId: session.uid } });
    await setEndpoint(cluster, session, await runner.start());
    const url = `/api/projects/blue/agentic-sessions/${session.name}/agui/run`;
    const input = { messages: [{ role: "user", content: "hi" }] };
    const headers = { "idempotency-key": "one" };
    const first = await backend.call("POST", url, cluster.token("olga"), input, headers);
    const second = await backend.call("POST", url, cluster.token("olga"), input, headers);
    expect(second.text).toBe(first.text);
    expect(runner.calls).toHaveLength(1);
  });
});

describe("files of the workspace", () => {
  it("stay inside it, and never run as a page", async () => {
    const { session, runner } = await setUp();
    runner.answer = () => ({ status: 200, body: "<script>alert(1)</script>", type: "text/html" });
    await setEndpoint(cluster, session, await runner.start());
    const base = `/api/projects/blue/agentic-sessions/${session.name}/workspace`;
    const file = await backend.call("GET", `${base}/repos/app/index.html`, cluster.token("vic"));
    expect(file.headers["content-type"]).toBe("application/octet-stream");
    expect(file.headers["content-security-policy"]).toContain("sandbox");
    expect(runner.calls[0]).toMatchObject({ url: "/workspace/repos/app/index.html", verbs: ["read"] });
    for (const path of ["..%2f..%2fetc/passwd", "a/%2e%2e/%2e%2e/b", "a%00b", "a%5c..%5cb", "%2e%2e"]) {
      expect([path, await rawGet(`${base}/${path}`, cluster.token("vic"))]).toEqual([path, 400]);
    }
    expect((await backend.call("GET", `${base}?path=../..`, cluster.token("vic"))).status).toBe(400);
    expect(runner.calls).toHaveLength(1);
  });

  it("are written by editors, up to 10 MiB", async () => {
    const { session, runner } = await setUp();
    runner.answer = () => ({ status: 200, body: {} });
    await setEndpoint(cluster, session, await runner.start());
    const url = `/api/projects/blue/agentic-sessions/${session.name}/workspace/a.txt`;
    const put = await backend.call("PUT", url, cluster.token("olga"), "text", { "content-type": "text/plain" });
    expect(put.status).toBe(204);
    expect(runner.calls[0]).toMatchObject({ method: "PUT", url: "/workspace/a.txt", body: "text" });
    const large = await backend.call("PUT", url, cluster.token("olga"), "x".repeat(11 * 1024 * 1024), {
      "content-type": "text/plain",
    });
    expect(large.status).toBe(413);
    expect(
      (await backend.call("PUT", url, cluster.token("vic"), "text", { "content-type": "text/plain" })).status,
    ).toBe(403);
  });
});
