/** Tasks as an integration gives them, on the whole platform, with the replay runner. */
import { readMessages } from "@pilothouse/agui";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { eventually } from "./gateway.ts";
import { Platform } from "./platform.ts";

type Json = Record<string, unknown>;

/** The end of a run in which the agent asks. */
const Asked = z.object({
  event: z.object({
    type: z.literal("RUN_FINISHED"),
    outcome: z.object({
      type: z.literal("interrupt"),
      interrupts: z.array(
        z.object({ id: z.string(), metadata: z.object({ questions: z.array(z.object({ question: z.string() })) }) }),
      ),
    }),
  }),
});

let platform: Platform;
let alice: string;
/** A project key of team-a. */
let key: string;

beforeAll(async () => {
  platform = await Platform.start();
  await platform.project("team-a", "alice");
  alice = platform.token("alice");
  const made = await platform.backendCall("POST", "/api/projects/team-a/keys", "alice", {
    name: "ci",
    expirationSeconds: 3600,
  });
  key = String(made["key"]);
}, 90_000);
afterAll(async () => platform?.stop(), 60_000);

async function request(method: string, path: string, token: string, body?: unknown, headers: Json = {}) {
  return fetch(platform.publicApi + path, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(headers as Record<string, string>),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function call(method: string, path: string, token: string, body?: unknown, headers: Json = {}) {
  const answer = await request(method, path, token, body, headers);
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: (text === "" ? {} : JSON.parse(text)) as Json };
}

async function until(id: string, status: string): Promise<Json> {
  let session: Json = {};
  await eventually(
    async () => {
      session = (await call("GET", `/v1/sessions/${id}`, key)).body;
      return session["status"] === status;
    },
    () => `session ${id} to be ${status}, which is ${JSON.stringify(session)}`,
    40,
    250,
  );
  return session;
}

const replay = { runnerType: "replay", environmentVariables: { REPLAY_SPEED: "0", REPLAY_RECORDING: "add-a-search" } };

describe("a task", { timeout: 90_000 }, () => {
  it("given with a project key runs to a result", async () => {
    const task = "Fix the flaky test";
    const created = await call("POST", "/v1/sessions", key, { task, name: "fix", labels: { ci: "42" }, ...replay });
    expect(created.status).toBe(201);
    expect(created.headers.get("location")).toBe("/v1/sessions/fix");
    expect(created.body).toMatchObject({
      id: "fix",
      project: "team-a",
      task,
      runnerType: "replay",
      labels: { ci: "42" },
    });
    expect(["pending", "queued", "running"]).toContain(created.body["status"]);

    const completed = await until("fix", "completed");
    expect(completed).toMatchObject({ stoppedReason: "run-finished", endedAt: expect.any(String) });

    const result = await call("GET", "/v1/sessions/fix/result", key);
    expect(result.status).toBe(200);
    expect(result.body).toMatchObject({
      id: "fix",
      status: "completed",
      result: { text: expect.stringMatching(/\w/), isError: false },
      usage: { inputTokens: expect.any(Number), outputTokens: expect.any(Number) },
    });
    // What a recording tells of its model's tokens was spent when it was recorded.
    expect(result.body["cost"]).toBe(0);

    const transcript = await call("GET", "/v1/sessions/fix/transcript", key);
    const messages = transcript.body["messages"] as Json[];
    expect(messages[0]).toMatchObject({ role: "user", content: task });
    expect(messages.at(-1)).toMatchObject({ role: "assistant" });
    const markdown = await request("GET", "/v1/sessions/fix/transcript?format=markdown", key);
    expect(markdown.headers.get("content-type")).toMatch(/^text\/markdown/);
    expect(await markdown.text()).toContain(`## User\n\n${task}`);
    const events = await request("GET", "/v1/sessions/fix/transcript?format=events", key);
    const [first] = (await events.text()).split("\n");
    expect(JSON.parse(first ?? "")).toMatchObject({ at: 0, event: { type: "RUN_STARTED" } });

    const diff = await call("GET", "/v1/sessions/fix/diff", key);
    expect(diff.body).toEqual({ live: false, items: [] });
    const artifacts = await call("GET", "/v1/sessions/fix/artifacts", key);
    expect([artifacts.status, artifacts.body["items"]]).toEqual([200, []]);
  });

  it("given twice with one Idempotency-Key is carried out once", async () => {
    const body = { task: "once", ...replay };
    const headers = { "idempotency-key": "build-7" };
    const first = await call("POST", "/v1/sessions", key, body, headers);
    const second = await call("POST", "/v1/sessions", key, body, headers);
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body["id"]).toBe(first.body["id"]);
    expect(second.headers.get("idempotent-replayed")).toBe("true");
    expect((await call("DELETE", `/v1/sessions/${String(first.body["id"])}`, key)).status).toBe(204);
  });

  it("that the agent asks about waits for the answer, and then goes on", async () => {
    const environmentVariables = { REPLAY_SPEED: "0", REPLAY_RECORDING: "fix-the-flaky-test" };
    const body = { task: "Fix it", name: "ask", runnerType: "replay", environmentVariables };
    expect((await call("POST", "/v1/sessions", key, body)).status).toBe(201);
    await until("ask", "waiting");
    expect((await call("GET", "/v1/sessions/ask/result", key)).body).toMatchObject({ status: "waiting" });
    expect((await call("GET", "/v1/sessions?status=waiting", key)).body).toMatchObject({ items: [{ id: "ask" }] });

    const recording = await (await request("GET", "/v1/sessions/ask/transcript?format=events", key)).text();
    const events = recording
      .trimEnd()
      .split("\n")
      .map((line) => Asked.safeParse(JSON.parse(line)).data?.event);
    const interrupts = events.find((event) => event !== undefined)?.outcome.interrupts ?? [];
    const resume = interrupts.map(({ id, metadata }) => ({
      interruptId: id,
      status: "resolved",
      payload: { answers: Object.fromEntries(metadata.questions.map(({ question }) => [question, "Leave it"])) },
    }));
    expect(resume).toHaveLength(1);
    expect((await call("POST", "/v1/sessions/ask/messages", key, { resume })).status).toBe(202);
    await until("ask", "completed");
  });

  it("is followed, talked to, stopped and started again", async () => {
    const body = { task: "Talk to me", name: "talk", stopOnRunFinished: false, ...replay };
    expect((await call("POST", "/v1/sessions", key, body)).status).toBe(201);
    await until("talk", "running");

    const leave = new AbortController();
    const stream = await fetch(`${platform.publicApi}/v1/sessions/talk/events`, {
      headers: { authorization: `Bearer ${key}`, accept: "text/event-stream", "last-event-id": "0" },
      signal: leave.signal,
    });
    const seen: { id: number; type: string }[] = [];
    const reading = (async () => {
      for await (const { id, data } of readMessages(stream.body ?? new ReadableStream())) {
        seen.push({ id: Number(id), type: String((JSON.parse(data) as Json)["type"]) });
      }
    })().catch(() => undefined);
    const finished = (): number => seen.filter(({ type }) => type === "RUN_FINISHED").length;
    await eventually(() => finished() === 1, "the first run to finish");

    const said = await call("POST", "/v1/sessions/talk/messages", key, { content: "And then?" });
    expect(said.status).toBe(202);
    expect(said.body).toEqual({ runId: expect.any(String), queued: expect.any(Boolean) });
    await eventually(() => finished() === 2, "the second run to finish");
    expect(seen.map(({ id }) => id)).toEqual(seen.map((_event, index) => index + 1));

    const third = await request(
      "POST",
      "/v1/sessions/talk/messages",
      key,
      { content: "More" },
      {
        accept: "text/event-stream",
      },
    );
    expect(third.headers.get("content-type")).toMatch(/^text\/event-stream/);
    expect(await third.text()).toContain('"type":"RUN_FINISHED"');
    await eventually(() => finished() === 3, "the third run to finish");
    const resumed = await fetch(`${platform.publicApi}/v1/sessions/talk/events`, {
      headers: { authorization: `Bearer ${key}`, "last-event-id": String(seen.length - 1) },
      signal: leave.signal,
    });
    const { value } = await readMessages(resumed.body ?? new ReadableStream()).next();
    expect(value).toMatchObject({ id: String(seen.length), data: expect.stringContaining("RUN_FINISHED") });
    leave.abort();
    await reading;

    const stopped = await call("POST", "/v1/sessions/talk/stop", key);
    expect(stopped.status).toBe(202);
    await until("talk", "stopped");
    const late = await call("POST", "/v1/sessions/talk/messages", key, { content: "Hello?" });
    expect([late.status, late.body["code"]]).toEqual([409, "SESSION_NOT_RUNNING"]);
    expect((await call("POST", "/v1/sessions/talk/start", key)).status).toBe(202);
    await until("talk", "running");

    const changed = await call("PATCH", "/v1/sessions/talk", key, { displayName: "Talk", labels: { a: "b" } });
    expect(changed.body).toMatchObject({ displayName: "Talk", labels: { a: "b" } });
    const fixed = await call("PATCH", "/v1/sessions/talk", key, { timeout: 5 });
    expect([fixed.status, fixed.body["code"]]).toEqual([409, "SESSION_RUNNING"]);
    const list = await call("GET", "/v1/sessions?status=running&label=a%3Db", key);
    expect(list.body).toMatchObject({ totalCount: 1, items: [{ id: "talk", status: "running" }] });
    expect((await call("GET", "/v1/sessions?status=waiting", key)).body).toMatchObject({ totalCount: 0 });

    expect((await call("DELETE", "/v1/sessions/talk", key)).status).toBe(204);
    await eventually(
      async () => (await call("GET", "/v1/sessions/talk", key)).status === 404,
      "the session to be gone",
      30,
    );
  });
});

describe("the backend decides", () => {
  it("with the caller's own token, in the project of the header", async () => {
    const own = await call("GET", "/v1/sessions", alice, undefined, { "x-project": "team-a" });
    expect(own.status).toBe(200);
    const unnamed = await call("GET", "/v1/sessions", alice);
    expect([unnamed.status, unnamed.body["code"]]).toEqual([400, "PROJECT_REQUIRED"]);
    const outsider = await call("GET", "/v1/sessions", platform.token("mallory"), undefined, { "x-project": "team-a" });
    expect([outsider.status, outsider.body["code"]]).toEqual([403, "FORBIDDEN"]);
    const elsewhere = await call("GET", "/v1/sessions", key, undefined, { "x-project": "team-b" });
    expect(elsewhere.status).toBe(403);
  });

  it("and a key that lies about its project gains nothing", async () => {
    const [head, payload = "", signature] = key.split(".");
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as Json;
    const forged = Buffer.from(JSON.stringify({ ...claims, sub: "system:serviceaccount:team-b:ci" }));
    const { status } = await call("GET", "/v1/sessions", `${head}.${forged.toString("base64url")}.${signature}`);
    expect(status).toBe(401);
  });

  it("what a session may be", async () => {
    const model = await call("POST", "/v1/sessions", key, { task: "x", model: "no-such-model" });
    expect([model.status, model.body["code"]]).toEqual([400, "MODEL_NOT_AVAILABLE"]);
    const secret = await call("POST", "/v1/sessions", key, { task: "x", runnerType: "claude-agent-sdk" });
    expect([secret.status, secret.body["code"]]).toEqual([400, "SECRET_NOT_SET"]);
    const absent = await call("GET", "/v1/sessions/no-such-session/result", key);
    expect([absent.status, absent.body["code"]]).toEqual([404, "NOT_FOUND"]);
  });

  it("and no log has a token", () => {
    const logs = platform.logs.join("\n");
    expect(logs.includes('"route":"/v1/sessions/:id/result"')).toBe(true);
    for (const secret of [key, alice]) expect(logs.includes(String(secret.split(".")[2]))).toBe(false);
  });
});
