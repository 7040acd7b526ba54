/** Event streams through the gateway: what goes in comes out, and whoever ends it, both sides end. */
import { request as httpRequest, type ServerResponse } from "node:http";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { TestGateway, eventually } from "./gateway.ts";
import { ScriptedBackend, json } from "./scripted-backend.ts";

const TOKEN = "token-1";
const caller = { token: TOKEN, project: "team-a" };

let backend: ScriptedBackend;
let gateway: TestGateway;

beforeAll(async () => {
  backend = await ScriptedBackend.start();
  gateway = await TestGateway.start(backend.url, { BACKEND_TIMEOUT_SECONDS: "0.4" });
});
beforeEach(() => {
  backend.received.length = 0;
});
afterAll(async () => {
  await gateway?.stop();
  await backend?.stop();
});

describe("an event stream", () => {
  const open = new Set<ServerResponse>();
  afterEach(() => {
    for (const response of open) response.destroy();
    open.clear();
  });
  const serve = (response: ServerResponse): void => {
    response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "set-cookie": "a=b" });
    response.write("id: 8\ndata: {}\n\n");
    open.add(response);
  };

  it("passes byte by byte, from where the client was", async () => {
    backend.answer = (_received, response) => serve(response);
    const leave = new AbortController();
    const answer = await gateway.fetch("GET", "/v1/sessions/fix/events?after=3", {
      ...caller,
      headers: { "last-event-id": "7" },
      signal: leave.signal,
    });
    expect(answer.headers.get("content-type")).toMatch(/^text\/event-stream/);
    expect(answer.headers.get("set-cookie")).toBeNull();
    const reader = answer.body?.getReader();
    const { value } = (await reader?.read()) ?? {};
    expect(Buffer.from(value ?? []).toString()).toBe("id: 8\ndata: {}\n\n");
    expect(backend.last.url).toBe("/api/projects/team-a/agentic-sessions/fix/agui/events?after=3");
    expect(backend.last.headers).toMatchObject({ "last-event-id": "7", accept: "text/event-stream" });
    leave.abort();
  });

  it("ends at the backend when the client goes", async () => {
    backend.answer = (_received, response) => serve(response);
    const leave = new AbortController();
    const answer = await gateway.fetch("GET", "/v1/sessions/fix/events", { ...caller, signal: leave.signal });
    await answer.body?.getReader().read();
    const [response] = open;
    expect(response?.destroyed).toBe(false);
    leave.abort();
    await eventually(() => response?.destroyed === true, "the backend to see the client go");
    await eventually(async () => (await gateway.metric("pilothouse_public_api_open_streams")) === 0, "no open stream");
  });

  it("is refused as any request is", async () => {
    backend.answer = (_received, response) => json(response, 403, { error: "no", code: "FORBIDDEN" });
    const refused = await gateway.call("GET", "/v1/sessions/fix/events", caller);
    expect([refused.status, refused.body["code"]]).toEqual([403, "FORBIDDEN"]);
    backend.answer = (_received, response) => json(response, 200, { runId: "r", threadId: "t" });
    const odd = await gateway.call("GET", "/v1/sessions/fix/events", caller);
    expect([odd.status, odd.body["code"]]).toEqual([502, "BACKEND_FAILED"]);
    backend.answer = () => undefined;
    const late = await gateway.call("GET", "/v1/sessions/fix/events", caller);
    expect([late.status, late.body["code"]]).toEqual([504, "BACKEND_TIMEOUT"]);
  });

  it("ends for a client whose backend breaks off, so that it resumes", async () => {
    backend.answer = (_received, response) => serve(response);
    const answer = await gateway.fetch("GET", "/v1/sessions/fix/events", caller);
    const reader = answer.body?.getReader();
    await reader?.read();
    for (const response of open) response.destroy();
    await expect(reader?.read().then(({ done }) => done)).resolves.toBe(true);
  });

  it("waits for a client that does not read", async () => {
    let sent = 0;
    let blocked = false;
    const chunk = `data: ${"x".repeat(64 * 1024)}\n\n`;
    backend.answer = (_received, response) => {
      serve(response);
      const pump = (): void => {
        while (sent < 256 * 1024 * 1024) {
          sent += chunk.length;
          if (response.write(chunk)) continue;
          blocked = true;
          response.once("drain", pump);
          return;
        }
      };
      pump();
    };
    const slow = httpRequest(`${gateway.url}/v1/sessions/fix/events`, {
      headers: { authorization: `Bearer ${TOKEN}`, "x-project": "team-a" },
    });
    slow.on("error", () => undefined);
    slow.once("response", (response) => response.pause());
    slow.end();
    await eventually(() => sent > 0, "the stream to begin");
    let before = -1;
    await eventually(async () => {
      const settled = before === sent;
      before = sent;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return settled;
    }, "the backend to be held back");
    expect(blocked).toBe(true);
    expect(sent).toBeLessThan(32 * 1024 * 1024);
    slow.destroy();
  });

  it("beyond what one token may hold is 429", async () => {
    const small = await TestGateway.start(backend.url, { STREAMS_PER_TOKEN: "1" });
    const leave = new AbortController();
    try {
      backend.answer = (_received, response) => serve(response);
      await small.fetch("GET", "/v1/sessions/fix/events", { ...caller, signal: leave.signal });
      const second = await small.call("GET", "/v1/sessions/fix/events", caller);
      expect([second.status, second.body["code"]]).toEqual([429, "TOO_MANY_STREAMS"]);
      expect(Number(second.headers.get("retry-after"))).toBeGreaterThan(0);
      const other = await small.fetch("GET", "/v1/sessions/fix/events", {
        ...caller,
        token: "another",
        signal: leave.signal,
      });
      expect(other.status).toBe(200);
      leave.abort();
      await eventually(async () => (await small.metric("pilothouse_public_api_open_streams")) === 0, "no open stream");
      const again = new AbortController();
      const third = await small.fetch("GET", "/v1/sessions/fix/events", { ...caller, signal: again.signal });
      expect(third.status).toBe(200);
      again.abort();
    } finally {
      await small.stop();
    }
  });

  it("ends when the server ends", async () => {
    const ending = await TestGateway.start(backend.url);
    backend.answer = (_received, response) => serve(response);
    const answer = await ending.fetch("GET", "/v1/sessions/fix/events", caller);
    const reader = answer.body?.getReader();
    await reader?.read();
    const began = performance.now();
    const [end] = await Promise.all([reader?.read(), ending.stop()]);
    expect(end?.done).toBe(true);
    expect(performance.now() - began).toBeLessThan(3_000);
  });
});
