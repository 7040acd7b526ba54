/** What a request may hold, and what is said about one that holds something else: the same on every route. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestBackend } from "./backend.ts";
import { TestCluster } from "./cluster.ts";
import { createSession } from "./session.ts";

const SESSION = "/api/projects/blue/agentic-sessions/asked";
let cluster: TestCluster;
let backend: TestBackend;
let address: string;
let owner: string;

beforeAll(async () => {
  cluster = await TestCluster.start();
  backend = await TestBackend.start(cluster);
  address = await backend.listen();
  owner = cluster.token("olga");
  await cluster.project("blue", [{ user: "olga", role: "admin" }]);
  await createSession(cluster, "blue", "asked");
}, 60_000);

afterAll(async () => {
  await backend?.stop();
  await cluster?.stop();
});

describe("a route whose address says everything", () => {
  it.each(["start", "stop", "agui/interrupt", "agui/tasks/t1/stop"])(
    "refuses fields, and needs none: %s",
    async (verb) => {
      const refused = await backend.call("POST", `${SESSION}/${verb}`, owner, { force: true });
      expect([refused.status, refused.text]).toEqual([400, expect.stringContaining("force")]);
      for (const body of [undefined, {}, ""]) {
        const taken = await backend.call("POST", `${SESSION}/${verb}`, owner, body);
        // Nothing runs behind this session: what needs a runner says so.
        expect(taken.status).toBe(verb.includes("agui") ? 409 : 202);
      }
    },
  );
});

it("a body that may be absent may be absent", async () => {
  expect((await backend.call("POST", `${SESSION}/clone`, owner)).status).toBe(201);
  expect((await backend.call("POST", `${SESSION}/clone`, owner, { name: "copy" })).status).toBe(201);
  expect((await backend.call("POST", "/api/projects", owner)).status).toBe(400);
});

it("a field of the headers is told to be one", async () => {
  const wish = { runnerType: "replay" };
  const headers = { "idempotency-key": "two words" };
  const { status, body } = await backend.call("POST", "/api/projects/blue/agentic-sessions", owner, wish, headers);
  expect(status).toBe(400);
  expect(body).toMatchObject({ details: { issues: [{ in: "headers", path: "Idempotency-Key" }] } });
});

it("a method that an address does not have is refused with those that it has", async () => {
  const { status, headers, body } = await backend.call("PUT", "/api/projects", owner, "not even JSON");
  expect([status, headers["allow"], body["code"]]).toEqual([405, "GET, HEAD, POST", "METHOD_NOT_ALLOWED"]);
});

it.each([`${SESSION}/agui/events`, "/api/projects/blue/agentic-sessions?watch=1"])(
  "the head of a stream is an answer that ends: %s",
  async (path) => {
    const headers = { authorization: `Bearer ${owner}`, accept: "text/event-stream" };
    const answer = await fetch(`${address}${path}`, { method: "HEAD", headers, signal: AbortSignal.timeout(5_000) });
    expect(await answer.text()).toBe("");
    expect(answer.headers.get("content-type")).toMatch(/^text\/event-stream/);
    await expect.poll(async () => (await backend.call("GET", "/metrics")).text).toContain("backend_open_streams 0");
  },
);
