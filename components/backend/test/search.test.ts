/** Search over what was said: in the list of sessions, and within one. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestBackend } from "./backend.ts";
import { TestCluster } from "./cluster.ts";
import { createSession, type TestSession } from "./session.ts";

let cluster: TestCluster;
let backend: TestBackend;
let flaky: TestSession;
let secret: TestSession;

const SESSIONS = "/api/projects/blue/agentic-sessions";
const question = (id: string, content: string) => ({
  type: "RUN_STARTED",
  threadId: "t",
  runId: `r-${id}`,
  input: { messages: [{ id, role: "user", content }] },
});
const answer = (id: string, ...deltas: string[]) => [
  { type: "TEXT_MESSAGE_START", messageId: id, role: "assistant" },
  ...deltas.map((delta) => ({ type: "TEXT_MESSAGE_CONTENT", messageId: id, delta })),
  { type: "TEXT_MESSAGE_END", messageId: id },
  { type: "RUN_FINISHED", threadId: "t", runId: "r" },
];

async function say({ uid, token }: TestSession, from: number, ...events: Record<string, unknown>[]): Promise<void> {
  const entries = events.map((event, index) => ({ seq: from + index, event }));
  expect((await backend.call("POST", `/internal/transcripts/${uid}/events`, token, entries)).status).toBe(200);
}

async function found(search: string, user: string, project = "blue") {
  const url = `/api/projects/${project}/agentic-sessions?${new URLSearchParams({ search }).toString()}`;
  const { status, body } = await backend.call<{ items: { metadata: { name: string } }[]; totalCount: number }>(
    "GET",
    url,
    cluster.token(user),
  );
  expect(status).toBe(200);
  expect(body.totalCount).toBe(body.items.length);
  return body.items.map(({ metadata }) => metadata.name).toSorted();
}

beforeAll(async () => {
  cluster = await TestCluster.start();
  backend = await TestBackend.start(cluster);
  await cluster.project("blue", [
    { user: "olga", role: "admin" },
    { user: "vic", role: "view" },
  ]);
  await cluster.project("red", [{ user: "rosa", role: "admin" }]);
  flaky = await createSession(cluster, "blue", "flaky");
  secret = await createSession(cluster, "red", "secret");
  await say(
    flaky,
    1,
    question("u1", "Why is the Überraschung test flaky?"),
    ...answer("a1", "It races with the ti", "mer."),
  );
  await say(secret, 1, question("u1", "the timer of the other project"));
  await createSession(cluster, "blue", "timer-by-name");
}, 60_000);

afterAll(async () => {
  await backend?.stop();
  await cluster?.stop();
});

describe("the list's search", () => {
  it("finds sessions by name and by what was said, over deltas and in any case", async () => {
    expect(await found("THE TIMER", "vic")).toEqual(["flaky"]);
    expect(await found("timer", "vic")).toEqual(["flaky", "timer-by-name"]);
    expect(await found("überraschung TEST", "vic")).toEqual(["flaky"]);
    expect(await found("nothing of it", "vic")).toEqual([]);
    expect(await found('" OR "', "vic")).toEqual([]);
    expect(await found("\u0000\u0000\u0000", "vic")).toEqual([]);
  });

  it("knows only what the caller may list", async () => {
    expect(await found("timer", "rosa", "red")).toEqual(["secret"]);
    expect(await found("other project", "vic")).toEqual([]);
    expect((await backend.call("GET", `${SESSIONS}?search=timer`, cluster.token("rosa"))).status).toBe(403);
  });

  it("holds for a list that is followed, also for what is said later", async () => {
    const talk = await createSession(cluster, "blue", "talk");
    const end = new AbortController();
    const response = await fetch(`${await backend.listen()}${SESSIONS}?watch=1&search=pineapple`, {
      headers: { accept: "text/event-stream", authorization: `Bearer ${cluster.token("vic")}` },
      signal: end.signal,
    });
    let text = "";
    const reading = (async () => {
      for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString("utf8");
    })().catch(() => undefined);
    await expect.poll(() => text).toContain("event: synced");
    expect(text).not.toContain("event: added");
    await say(talk, 1, question("u1", "a PineApple, please"));
    const url = `${SESSIONS}/talk`;
    await backend.call("PATCH", url, cluster.token("olga"), { displayName: "changed" });
    await expect.poll(() => text).toContain("event: added");
    end.abort();
    await reading;
  });
});

describe("the search within a session", () => {
  it("names message, place and what stands around it", async () => {
    const { status, body } = await backend.call("GET", `${SESSIONS}/flaky/search?q=TIME`, cluster.token("vic"));
    expect(status).toBe(200);
    expect(body).toEqual({
      items: [{ seq: 2, messageId: "a1", role: "assistant", snippet: "It races with the timer." }],
      hasMore: false,
    });
    const two = await backend.call("GET", `${SESSIONS}/flaky/search?q=t&limit=1`, cluster.token("vic"));
    expect(two.body).toMatchObject({ items: [{ seq: 1, role: "user" }], hasMore: true });
  });

  it.each([
    ["", 400],
    ["?q=", 400],
    [`?q=${"x".repeat(201)}`, 400],
    ["?q=x&limit=abc", 400],
    ["?q=%00", 200],
    ["?q=%25", 200],
  ])("answers %s with %i", async (query, status) => {
    const answered = await backend.call("GET", `${SESSIONS}/flaky/search${query}`, cluster.token("vic"));
    expect(answered.status).toBe(status);
    expect(answered.body).toMatchObject(status === 200 ? { items: [], hasMore: false } : { code: "INVALID_REQUEST" });
  });

  it("is refused to outsiders", async () => {
    expect((await backend.call("GET", `${SESSIONS}/flaky/search?q=timer`, cluster.token("rosa"))).status).toBe(403);
  });
});
