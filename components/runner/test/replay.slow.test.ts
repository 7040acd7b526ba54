import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { endsRun, EventType, type SequencedEvent } from "@pilothouse/agui";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { recordings } from "../recordings/index.ts";
import { AgentClient, verifyThread } from "./support/agent-client.ts";
import { Platform, type TestSession } from "./support/platform.ts";
import { RunnerProcess } from "./support/runner-process.ts";

const isEnd = ({ event }: SequencedEvent): boolean => endsRun(event);
const textOf = (entries: readonly SequencedEvent[]): string =>
  entries.flatMap(({ event }) => (event.type === EventType.TEXT_MESSAGE_CONTENT ? [event.delta] : [])).join("");

describe("a replayed session", () => {
  let platform: Platform;
  const running: RunnerProcess[] = [];

  beforeAll(async () => {
    platform = await Platform.start();
  });
  afterAll(async () => {
    await platform.stop();
  });
  afterEach(async () => {
    platform.store.failWith = undefined;
    for (const runner of running.splice(0)) {
      runner.kill("SIGKILL");
      await runner.exited;
    }
  });

  let count = 0;
  const session = async (spec: Record<string, unknown> = {}): Promise<TestSession> =>
    platform.createSession(`replay-${++count}`, {
      initialPrompt: "Fix it",
      environmentVariables: { REPLAY_SPEED: "0" },
      ...spec,
    });
  const start = async (of: TestSession, change: Record<string, string> = {}): Promise<RunnerProcess> => {
    const runner = await RunnerProcess.start(platform, of, change);
    running.push(runner);
    return runner;
  };

  it("delivers the first prompt and plays the first run", async () => {
    const of = await session();
    const runner = await start(of);
    const events = await runner.eventsUntil(isEnd);
    expect(events.map((entry) => entry.seq)).toEqual(events.map((_, index) => index + 1));
    expect(events[0]?.event).toMatchObject({
      type: "RUN_STARTED",
      threadId: of.uid,
      input: { messages: [{ role: "user", content: "Fix it" }] },
    });
    expect(events.at(-1)?.event).toMatchObject({
      outcome: { type: "interrupt", interrupts: [{ reason: "question" }] },
      metadata: { costUsd: 0 },
    });
    await expect
      .poll(async () => (await platform.session(of.name)).status?.agent, { timeout: 4000 })
      .toMatchObject({
        status: "waiting_input",
        promptDelivered: true,
        lastSeq: events.length,
        turns: 1,
        finishedRuns: 0,
      });
    await expect.poll(() => platform.store.events(of.uid)).toEqual(events);
  });

  it("plays all runs to an AG-UI client, one per message, and then says that it is over", async () => {
    const of = await session({ initialPrompt: undefined });
    const runner = await start(of);
    const client = new AgentClient(platform, of, runner);
    const first = await client.say("please");
    const second = await client.answer(
      first.interrupts.map(({ id }) => ({ interruptId: id, status: "resolved", payload: {} })),
    );
    expect(second.events.at(-1)).toMatchObject({ type: "RUN_FINISHED" });
    await client.say("commit");
    expect(client.messages.at(-1)).toMatchObject({ role: "assistant", content: expect.stringContaining("b7d93aa") });
    await client.say("more");
    expect(client.messages.at(-1)).toMatchObject({
      content: expect.stringContaining("The recording **fix-the-flaky-test** ends here"),
    });
    await verifyThread(platform, of, runner);
  });

  it.each(Object.entries(recordings))("has the recording %s as its author wrote it", async (name, recording) => {
    const file = new URL(`../src/bridges/replay/recordings/${name}.jsonl`, import.meta.url);
    expect(await readFile(file, "utf8")).toBe(recording.toString());
  });

  it("plays a recording with a subagent, in the time that it took", async () => {
    const variables = { REPLAY_RECORDING: "add-a-search", REPLAY_SPEED: "20" };
    const of = await session({ environmentVariables: variables });
    const runner = await start(of);
    const events = await runner.eventsUntil(isEnd);
    const elapsed = (events.at(-1)?.event.timestamp ?? 0) - (events[0]?.event.timestamp ?? 0);
    expect(elapsed).toBeGreaterThan(500);
    await verifyThread(platform, of, runner);
  });

  it("plays a recording of this machine, and an exported session is one", async () => {
    const of = await session();
    const first = await start(of);
    const played = await first.eventsUntil(isEnd);
    const lines = played.map(({ event }) => JSON.stringify({ at: 0, event }));
    await writeFile(join(platform.directory, "exported.jsonl"), `${lines.join("\n")}\n`);
    const again = await session({ environmentVariables: { REPLAY_RECORDING: "exported", REPLAY_SPEED: "0" } });
    const second = await start(again, { PILOTHOUSE_RECORDINGS_DIR: platform.directory });
    const events = await second.eventsUntil(isEnd);
    expect(events.map(({ event }) => event.type)).toEqual(played.map(({ event }) => event.type));
    const ids = (entries: readonly SequencedEvent[]): string[] =>
      entries.flatMap(({ event }) => (event.type === EventType.TOOL_CALL_START ? [event.toolCallId] : []));
    expect(ids(events).some((id) => ids(played).includes(id))).toBe(false);
  });

  it("ends a run that kill -9 cut off, keeps every number, and does not repeat the prompt", async () => {
    const of = await session({ environmentVariables: { REPLAY_SPEED: "4" } });
    const first = await start(of);
    const seen = await first.eventsUntil(({ seq }) => seq >= 60);
    first.kill("SIGKILL");
    await first.exited;
    const second = await start(of);
    const events = await second.eventsUntil(isEnd);
    expect(events.slice(0, seen.length)).toEqual(seen);
    expect(events.at(-1)?.event).toMatchObject({ type: "RUN_ERROR", code: "RUNNER_INTERRUPTED" });
    await second.say("go on");
    const rest = await second.eventsUntil(isEnd, events.at(-1)?.seq);
    expect(rest[0]).toMatchObject({ seq: events.length + 1, event: { input: { messages: [{ content: "go on" }] } } });
    const thread = await verifyThread(platform, of, second);
    expect(thread.filter(({ event }) => event.type === EventType.RUN_STARTED)).toHaveLength(2);
    await expect.poll(() => platform.store.lastSeq(of.uid)).toBe(thread.length);
  });

  it("numbers on after the transcript when its disk was lost", async () => {
    const of = await session();
    const first = await start(of);
    const events = await first.eventsUntil(isEnd);
    expect(await first.stop()).toBe(143);
    const elsewhere = { ...of, workspace: join(of.directory, "new-workspace") };
    const second = await start(elsewhere);
    await second.say("go on");
    const rest = await second.eventsUntil(isEnd);
    expect(rest[0]?.seq).toBe(events.length + 1);
    await expect.poll(() => platform.store.lastSeq(of.uid)).toBe(events.length + rest.length);
  });

  it("catches up with a transcript store that was away, and loses nothing", async () => {
    platform.store.failWith = 503;
    const of = await session();
    const runner = await start(of);
    const events = await runner.eventsUntil(isEnd);
    expect(platform.store.lastSeq(of.uid)).toBe(0);
    platform.store.failWith = undefined;
    expect(await runner.stop()).toBe(143);
    expect(platform.store.events(of.uid)).toEqual(events);
  });

  it("runs one after the other; what waits can be seen and cancelled", async () => {
    const of = await session({ environmentVariables: { REPLAY_SPEED: "1" } });
    const runner = await start(of);
    const second = await runner.say("second");
    const third = await runner.say("third");
    const queue = await runner.json("GET", "/agui/queue");
    expect(queue).toMatchObject({
      active: { id: `prompt-${of.uid}` },
      items: [
        {
          id: second,
          position: 1,
          preview: "second",
          sender: { userId: "ada@example.com", displayName: "Ada Lovelace" },
        },
        { id: third, position: 2 },
      ],
    });
    expect((await runner.request("DELETE", `/agui/queue/${second}`)).status).toBe(204);
    expect((await runner.request("DELETE", `/agui/queue/${second}`)).status).toBe(404);
    expect((await runner.request("DELETE", `/agui/queue/prompt-${of.uid}`)).status).toBe(409);
    await runner.json("POST", "/agui/interrupt");
    const events = await runner.eventsUntil(
      ({ event }) => event.type === EventType.RUN_STARTED && event.runId === third,
    );
    expect(events.filter(isEnd).at(-1)?.event).toMatchObject({ outcome: { type: "cancelled" } });
  });

  it("takes the same run once, however often it is posted", async () => {
    const of = await session({ initialPrompt: undefined });
    const runner = await start(of);
    await runner.say("hello", "run-1");
    await runner.say("hello", "run-1");
    await runner.eventsUntil(isEnd);
    await runner.say("hello", "run-1");
    const thread = await verifyThread(platform, of, runner);
    expect(thread.filter(({ event }) => event.type === EventType.RUN_STARTED)).toHaveLength(1);
  });

  it("resumes a stream after any number", async () => {
    const of = await session();
    const runner = await start(of);
    const all = await runner.eventsUntil(isEnd);
    for (const after of [1, 17, all.length - 1]) {
      const rest = await runner.eventsUntil(isEnd, after);
      expect(rest).toEqual(all.slice(after));
    }
  });

  it("serves only those whom the backend vouches for", async () => {
    const of = await session();
    const runner = await start(of);
    const status = async (authorization: string | undefined, method = "GET", path = "/agui/queue"): Promise<number> => {
      const headers = authorization === undefined ? {} : { authorization };
      return (await fetch(`${runner.url}${path}`, { method, headers })).status;
    };
    const now = Math.floor(Date.now() / 1000);
    expect(await status(undefined)).toBe(401);
    expect(await status("Bearer nonsense")).toBe(401);
    expect(await status(`Bearer ${await platform.grant("another-session")}`)).toBe(401);
    expect(await status(`Bearer ${await platform.grant(of.uid, ["read"], { iat: now - 100, exp: now - 40 })}`)).toBe(
      401,
    );
    expect(await status(`Bearer ${await platform.grant(of.uid, ["read"], { iat: now - 100, exp: now + 9000 })}`)).toBe(
      401,
    );
    expect(await status(`Bearer ${await platform.grant(of.uid, ["read"])}`)).toBe(200);
    expect(await status(`Bearer ${await platform.grant(of.uid, ["read"])}`, "POST", "/agui/interrupt")).toBe(403);
    expect(await status(`Bearer ${await platform.grant(of.uid, ["act"])}`, "POST", "/agui/interrupt")).toBe(200);
    expect(await status(undefined, "GET", "/health")).toBe(200);
    expect(await status(undefined, "GET", "/ready")).toBe(200);
    expect(await status(undefined, "GET", "/metrics")).toBe(200);
  });

  it("answers wrong requests with a code and a reason", async () => {
    const of = await session();
    const runner = await start(of);
    const code = async (method: string, path: string, body?: unknown): Promise<unknown> => {
      const response = await runner.request(method, path, body);
      return [response.status, await response.json()];
    };
    expect(await code("POST", "/agui/run", {})).toMatchObject([400, { code: "RUN_EMPTY" }]);
    expect(await code("POST", "/agui/run", { messages: 5, resume: [{}] })).toMatchObject([
      400,
      { code: "BODY_INVALID" },
    ]);
    const resume = [{ interruptId: "none", status: "resolved" }];
    expect(await code("POST", "/agui/run", { resume })).toMatchObject([409, { code: "INTERRUPT_UNKNOWN" }]);
    expect(await code("GET", "/nowhere")).toMatchObject([404, { code: "NOT_FOUND" }]);
    expect(await code("GET", "/workspace/%2e%2e%2fsecret")).toMatchObject([400, { code: "PATH_INVALID" }]);
    expect(await code("GET", "/diff?repo=none")).toMatchObject([404, { code: "NOT_FOUND" }]);
  });

  it("writes, lists and reads files", async () => {
    const of = await session();
    const runner = await start(of);
    const put = await runner.request("PUT", "/workspace/uploads/a%20b.txt", "content", {
      "content-type": "text/plain",
    });
    expect(put.status).toBe(200);
    expect(await runner.json("GET", "/workspace?path=uploads")).toMatchObject({
      items: [{ name: "a b.txt", size: 7 }],
    });
    const got = await runner.request("GET", "/workspace/uploads/a%20b.txt");
    expect([await got.text(), got.headers.get("content-type")]).toEqual(["content", "text/plain; charset=utf-8"]);
    expect((await runner.request("DELETE", "/workspace/uploads/a%20b.txt")).status).toBe(204);
  });

  it("ends gracefully: the run is closed, the transcript complete, artifacts kept, the reason told", async () => {
    const of = await session({ environmentVariables: { REPLAY_SPEED: "1" } });
    const runner = await start(of);
    await runner.request("PUT", "/workspace/artifacts/report.md", "# Report", { "content-type": "text/plain" });
    await runner.eventsUntil(({ event }) => event.type === EventType.REASONING_MESSAGE_CONTENT);
    const before = Date.now();
    expect(await runner.stop()).toBe(143);
    expect(Date.now() - before).toBeLessThan(4000);
    expect(platform.store.events(of.uid).at(-1)?.event).toMatchObject({
      type: "RUN_FINISHED",
      outcome: { type: "cancelled" },
    });
    expect(platform.store.archive(of.uid, "artifacts")?.subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]));
    expect(await platform.terminationMessage(of)).toBe("Stopped on request.");
    const { agent } = (await platform.session(of.name)).status ?? {};
    expect(agent).toMatchObject({
      status: "idle",
      lastRunOutcome: "cancelled",
      lastSeq: platform.store.lastSeq(of.uid),
    });
  });

  it.each([
    ["an unknown runner type", { RUNNER_TYPE: "nonsense" }, {}, /RUNNER_TYPE=nonsense: unknown; known are/],
    ["no broker", { PILOTHOUSE_BROKER_URL: "" }, {}, /PILOTHOUSE_BROKER_URL/],
    ["keys that are none", { PILOTHOUSE_BACKEND_JWKS: "{}" }, {}, /PILOTHOUSE_BACKEND_JWKS is not a JWKS/],
    ["a recording that is not there", {}, { REPLAY_RECORDING: "none" }, /there is no none.jsonl/],
    ["a speed that is none", {}, { REPLAY_SPEED: "fast" }, /REPLAY_SPEED=fast/],
  ])("exits with 2 and the reason for %s", async (_name, change, variables, reason) => {
    const of = await session({ environmentVariables: variables });
    const runner = RunnerProcess.launch(platform, of, change);
    running.push(runner);
    expect(await runner.exited).toBe(2);
    expect(await platform.terminationMessage(of)).toMatch(reason);
  });

  it("exits with 2 when a repository cannot be cloned, and says so in the status", async () => {
    const of = await session({ repos: [{ url: `file://${platform.directory}/nowhere` }] });
    const runner = RunnerProcess.launch(platform, of);
    running.push(runner);
    expect(await runner.exited).toBe(2);
    expect(await platform.terminationMessage(of)).toMatch(/repository nowhere .* cannot be cloned/);
    expect((await platform.session(of.name)).status?.reconciledRepos).toMatchObject([
      { name: "nowhere", status: "Failed" },
    ]);
  });

  it("says that it is over in words", async () => {
    await writeFile(
      join(platform.directory, "short.jsonl"),
      '{"at":0,"event":{"type":"RUN_STARTED","threadId":"a","runId":"b"}}\n{"at":0,"event":{"type":"RUN_FINISHED","threadId":"a","runId":"b"}}\n',
    );
    const of = await session({ environmentVariables: { REPLAY_RECORDING: "short" } });
    const runner = await start(of, { PILOTHOUSE_RECORDINGS_DIR: platform.directory });
    const first = await runner.eventsUntil(isEnd);
    expect(first).toHaveLength(2);
    await runner.say("and now?");
    expect(textOf(await runner.eventsUntil(isEnd, 2))).toContain("it has one run");
  });
});
