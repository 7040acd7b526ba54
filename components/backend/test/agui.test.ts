/** What surrounds the thread of a session: feedback, background tasks, and runs that are asked for twice. */
import { parseEvent } from "@pilothouse/agui";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { TestBackend } from "./backend.ts";
import { TestCluster } from "./cluster.ts";
import { TestRunner } from "./runner.ts";
import { createSession, runnerOf, setEndpoint, type TestSession } from "./session.ts";

let cluster: TestCluster;
let backend: TestBackend;
let count = 0;
const runners: TestRunner[] = [];

beforeAll(async () => {
  cluster = await TestCluster.start();
  backend = await TestBackend.start(cluster);
  await cluster.project("blue", [
    { user: "olga", role: "admin" },
    { user: "edith", role: "edit" },
    { user: "vic", role: "view" },
  ]);
}, 60_000);

afterEach(async () => {
  for (const runner of runners.splice(0)) await runner.stop();
});

afterAll(async () => {
  await backend?.stop();
  await cluster?.stop();
});

async function setUp(): Promise<{ session: TestSession; runner: TestRunner; base: string }> {
  count += 1;
  const session = await createSession(cluster, "blue", `agui-${count}`);
  const runner = new TestRunner(backend.jwks, session.uid);
  runners.push(runner);
  return { session, runner, base: `/api/projects/blue/agentic-sessions/${session.name}` };
}

async function push({ uid, token }: TestSession, runner: TestRunner): Promise<void> {
  const entries = runner.log.map(({ seq, data }) => ({ seq, event: JSON.parse(data) as unknown }));
  expect((await backend.call("POST", `/internal/transcripts/${uid}/events`, token, entries)).status).toBe(200);
}

const run = (runId: string, text: string) => [
  { type: "RUN_STARTED", threadId: "t", runId, timestamp: 1000 },
  { type: "TEXT_MESSAGE_START", messageId: `m-${runId}`, role: "assistant" },
  { type: "TEXT_MESSAGE_CONTENT", messageId: `m-${runId}`, delta: text },
  { type: "TEXT_MESSAGE_END", messageId: `m-${runId}` },
  { type: "RUN_FINISHED", threadId: "t", runId, timestamp: 1500 },
];

describe("feedback", () => {
  it("is one word of each user on each message, given by editors and read by viewers", async () => {
    const { base } = await setUp();
    const [olga, edith, vic] = ["olga", "edith", "vic"].map((user) => cluster.token(user));
    const url = `${base}/agui/feedback`;
    const first = await backend.call("POST", url, olga, { metaType: "thumbs_up", messageId: "m/1" });
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({ messageId: "m/1", metaType: "thumbs_up", userId: "olga", displayName: "olga" });
    await backend.call("POST", url, olga, { metaType: "thumbs_down", messageId: "m/1", comment: "wrong file" });
    await backend.call("POST", url, edith, { metaType: "thumbs_up", messageId: "m/1" });
    const listed = await backend.call<{ items: unknown[] }>("GET", url, vic);
    expect(listed.body.items).toMatchObject([
      { userId: "olga", metaType: "thumbs_down", comment: "wrong file" },
      { userId: "edith", metaType: "thumbs_up" },
    ]);
    expect((await backend.call("DELETE", `${url}/m%2F1`, olga)).status).toBe(204);
    expect((await backend.call("DELETE", `${url}/m%2F1`, olga)).status).toBe(404);
    expect((await backend.call<{ items: unknown[] }>("GET", url, vic)).body.items).toHaveLength(1);
  });

  it.each([
    [{ metaType: "thumbs_sideways", messageId: "m" }, 400],
    [{ metaType: "thumbs_up" }, 400],
    [{ metaType: "thumbs_up", messageId: "m", userId: "olga" }, 400],
    [{ metaType: "thumbs_up", messageId: "a\u0000b" }, 400],
    [{ metaType: "thumbs_up", messageId: "m", comment: "x".repeat(4001) }, 400],
    [{ metaType: "thumbs_up", messageId: "m", comment: "\u0000" }, 201],
  ])("%j → %i", async (body, status) => {
    const { base } = await setUp();
    expect((await backend.call("POST", `${base}/agui/feedback`, cluster.token("olga"), body)).status).toBe(status);
    expect((await backend.call("POST", `${base}/agui/feedback`, cluster.token("vic"), body)).status).toBe(
      status === 201 ? 403 : 400,
    );
  });

  it("reaches a live runner with the user that the server knows, and waits for none", async () => {
    const { session, runner, base } = await setUp();
    runner.answer = () => ({ status: 500, body: {} });
    await setEndpoint(cluster, session, await runner.start());
    const given = { metaType: "thumbs_up", messageId: "m", comment: "good" };
    expect((await backend.call("POST", `${base}/agui/feedback`, cluster.token("olga"), given)).status).toBe(201);
    await expect.poll(() => runner.calls.length).toBe(1);
    expect(runner.calls[0]).toMatchObject({ method: "POST", url: "/agui/feedback", subject: "olga" });
    expect(JSON.parse(runner.calls[0]?.body ?? "")).toEqual({ ...given, userId: "olga" });
  });

  it("is in what is exported, which still plays", async () => {
    const { session, runner, base } = await setUp();
    runner.append(...run("r1", "hello"));
    await push(session, runner);
    const given = { metaType: "thumbs_down", messageId: "m-r1", comment: "no\ngood" };
    await backend.call("POST", `${base}/agui/feedback`, cluster.token("olga"), given);
    const json = await backend.call("GET", `${base}/export?format=json`, cluster.token("vic"));
    const lines = json.text.trim().split("\n");
    expect(lines).toHaveLength(6);
    expect(JSON.parse(lines[5] ?? "")).toMatchObject({
      at: 500,
      event: { type: "CUSTOM", name: "feedback", value: { ...given, userId: "olga" } },
    });
    const markdown = await backend.call("GET", `${base}/export?format=markdown`, cluster.token("vic"));
    expect(markdown.text).toContain("> 👎 olga: no good");
  });
});

describe("a clone with history", () => {
  const clone = async (base: string, body: unknown, user = "edith") =>
    backend.call<{ metadata: { name: string; uid: string }; spec: Record<string, unknown> }>(
      "POST",
      `${base}/clone`,
      cluster.token(user),
      body,
    );

  it("begins with the conversation up to an event, in a thread of its own, whole", async () => {
    const { session, runner, base } = await setUp();
    const asked = { threadId: session.uid, runId: "r1", messages: [{ id: "u1", role: "user", content: "the quince" }] };
    const [start, ...rest] = run("r1", "hello");
    runner.append({
      ...start,
      threadId: session.uid,
      input: { ...asked, tools: [], context: [], state: {}, forwardedProps: {} },
    });
    runner.append(...rest, ...run("r2", "later"));
    await push(session, runner);
    const { status, body } = await clone(base, { name: `${session.name}-fork`, fromSeq: 3 });
    expect(status).toBe(201);
    expect(body.spec).toMatchObject({
      parentSession: session.name,
      desiredState: "Running",
      userContext: { userId: "edith" },
    });
    expect(body.spec).not.toHaveProperty("initialPrompt");
    const { uid } = body.metadata;
    const events = (await backend.store.read(uid, 0, 100)).map(({ data }) => parseEvent(JSON.parse(data)));
    expect(events.map(({ type }) => type)).toEqual([
      "RUN_STARTED",
      "TEXT_MESSAGE_START",
      "TEXT_MESSAGE_CONTENT",
      "TEXT_MESSAGE_END",
      "RUN_ERROR",
      "RUN_STARTED",
      "TEXT_MESSAGE_START",
      "TEXT_MESSAGE_CONTENT",
      "TEXT_MESSAGE_END",
      "RUN_FINISHED",
    ]);
    expect(events[0]).toMatchObject({ threadId: uid, input: { threadId: uid } });
    expect(JSON.stringify(events)).not.toContain(session.uid);
    const account = await runnerOf(cluster, "blue", `${session.name}-fork`);
    const told = await backend.call("GET", `/internal/transcripts/${uid}/conversation`, account);
    expect(told.text).toBe("User: the quince\n\nAssistant: hello");
    expect((await backend.call("GET", `/internal/transcripts/${uid}/conversation`, session.token)).status).toBe(403);
    const found = await backend.call("GET", `${base}-fork/search?q=QUINCE`, cluster.token("vic"));
    expect(found.body).toMatchObject({ items: [{ messageId: "u1" }] });
  });

  it("is refused beyond the transcript's end, and leaves nothing then", async () => {
    const { session, runner, base } = await setUp();
    runner.append(...run("r1", "hello"));
    await push(session, runner);
    const beyond = await clone(base, { name: `${session.name}-fork`, fromSeq: 6 });
    expect(beyond.status).toBe(400);
    expect(beyond.text).toContain("ends with event 5");
    expect((await backend.call("GET", `${base}-fork`, cluster.token("vic"))).status).toBe(404);
    expect((await clone(base, { fromSeq: 0 })).status).toBe(400);
    expect((await clone(base, { fromSeq: 2 }, "vic")).status).toBe(403);
    const whole = await clone(base, { fromSeq: 5 });
    expect((await backend.store.read(whole.body.metadata.uid, 0, 100)).map(({ seq }) => seq)).toEqual(
      Array.from({ length: 10 }, (_, index) => index + 1),
    );
  });
});

describe("background tasks", () => {
  const task = { id: "b/1", description: "npm test", status: "running", startedAt: "2026-01-01T00:00:00Z" };

  it("come from the runner, and have ended with its pod", async () => {
    const { session, runner, base } = await setUp();
    runner.answer = ({ url }) =>
      url.endsWith("/output")
        ? { status: 200, body: { id: "b/1", output: "ok\n", truncated: false } }
        : { status: 200, body: { live: true, items: [task] } };
    expect((await backend.call("GET", `${base}/agui/tasks`, cluster.token("vic"))).body).toEqual({
      live: false,
      items: [],
    });
    await setEndpoint(cluster, session, await runner.start());
    const live = await backend.call("GET", `${base}/agui/tasks`, cluster.token("vic"));
    expect(live.body).toEqual({ live: true, items: [task] });
    const output = await backend.call("GET", `${base}/agui/tasks/b%2F1/output`, cluster.token("vic"));
    expect(output.body).toEqual({ id: "b/1", output: "ok\n", truncated: false });
    expect((await backend.call("POST", `${base}/agui/tasks/b%2F1/stop`, cluster.token("vic"))).status).toBe(403);
    expect((await backend.call("POST", `${base}/agui/tasks/b%2F1/stop`, cluster.token("edith"))).status).toBe(202);
    expect(runner.calls.map(({ method, url }) => `${method} ${url}`)).toEqual([
      "GET /agui/tasks",
      "GET /agui/tasks/b%2F1/output",
      "POST /agui/tasks/b%2F1/stop",
    ]);
    await runner.stop();
    await setEndpoint(cluster, session, null);
    const gone = await backend.call("GET", `${base}/agui/tasks`, cluster.token("vic"));
    expect(gone.body).toEqual({ live: false, items: [{ ...task, status: "stopped" }] });
    expect((await backend.call("POST", `${base}/agui/tasks/b/stop`, cluster.token("edith"))).body).toMatchObject({
      code: "SESSION_NOT_RUNNING",
    });
  });
});

describe("a run that is followed and asked for twice", () => {
  it("ends its streams when it was cancelled before it began", async () => {
    const { session, runner, base } = await setUp();
    let waiting = [{ id: "queued" }];
    runner.answer = ({ method }) =>
      method === "POST"
        ? { status: 202, body: { runId: "queued", threadId: session.uid, queued: true } }
        : { status: 200, body: { active: { id: "another" }, items: waiting } };
    await setEndpoint(cluster, session, await runner.start());
    const address = `${await backend.listen()}${base}/agui/run`;
    const ask = async () =>
      fetch(address, {
        method: "POST",
        headers: {
          accept: "text/event-stream",
          "idempotency-key": "cancelled",
          authorization: `Bearer ${cluster.token("edith")}`,
          "content-type": "application/json",
        },
        body: JSON.stringify({ messages: [{ role: "user", content: "hi" }] }),
        signal: AbortSignal.timeout(20_000),
      });
    const first = (await ask()).text();
    await expect.poll(() => runner.calls.filter(({ url }) => url === "/agui/queue").length, { timeout: 8_000 }).toBe(1);
    waiting = [];
    const again = await ask();
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect([await first, await again.text()]).toEqual([": open\n\n", ": open\n\n"]);
    expect(runner.calls.filter(({ method }) => method === "POST")).toHaveLength(1);
  });

  it("is carried out once, and its events come both times, live or stored", async () => {
    const { session, runner, base } = await setUp();
    runner.append(...run("before", "earlier"));
    await push(session, runner);
    runner.answer = ({ body }) => {
      const { runId } = JSON.parse(body) as { runId: string };
      setTimeout(() => runner.append(...run(runId, "answer"), ...run("after", "later")), 30);
      return { status: 202, body: { runId, threadId: session.uid } };
    };
    await setEndpoint(cluster, session, await runner.start());
    const ask = async () => {
      const headers = { accept: "text/event-stream", "idempotency-key": "follow" };
      const body = { messages: [{ role: "user", content: "hi" }] };
      const address = `${await backend.listen()}${base}/agui/run`;
      const response = await fetch(address, {
        method: "POST",
        headers: { ...headers, authorization: `Bearer ${cluster.token("edith")}`, "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      return {
        status: response.status,
        replayed: response.headers.get("idempotent-replayed"),
        text: await response.text(),
      };
    };
    const first = await ask();
    const expected = runner.log.slice(5, 10);
    const events = (text: string) => [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => data);
    expect(first).toMatchObject({ status: 200, replayed: null });
    expect(events(first.text)).toEqual(expected.map(({ data }) => data));
    const again = await ask();
    expect(again).toMatchObject({ status: 200, replayed: "true" });
    expect(events(again.text)).toEqual(events(first.text));
    await push(session, runner);
    await runner.stop();
    await setEndpoint(cluster, session, null);
    const stored = await ask().catch((error: unknown) => error);
    expect(stored).toMatchObject({ status: 200, replayed: "true" });
    expect(runner.calls.filter(({ method }) => method === "POST")).toHaveLength(1);
  });
});
