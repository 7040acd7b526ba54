/** What the gateway lets through, in both directions, and what it answers when the backend does not. */
import type { ServerResponse } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { TestGateway } from "./gateway.ts";
import { ScriptedBackend, json } from "./scripted-backend.ts";

const TOKEN = "canary-token-8c1f";
const caller = { token: TOKEN, project: "team-a" };
const session = {
  apiVersion: "pilothouse.dev/v1alpha1",
  kind: "AgenticSession",
  metadata: { name: "fix", namespace: "team-a", uid: "u-1", creationTimestamp: "2026-01-02T03:04:05Z" },
  spec: { initialPrompt: "fix it", runnerType: "replay", stopOnRunFinished: true },
};

let backend: ScriptedBackend;
let gateway: TestGateway;

beforeAll(async () => {
  backend = await ScriptedBackend.start();
  gateway = await TestGateway.start(backend.url, { BACKEND_TIMEOUT_SECONDS: "0.4" });
});
beforeEach(() => {
  backend.received.length = 0;
  backend.answer = (_received, response) => json(response, 200, session);
});
afterAll(async () => {
  await gateway?.stop();
  await backend?.stop();
});

describe("a request", () => {
  it("takes the named headers to the backend, and no other", async () => {
    const { status } = await gateway.call("GET", "/v1/sessions/fix", {
      ...caller,
      headers: {
        accept: "application/json",
        "idempotency-key": "k-1",
        traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        tracestate: "a=b",
        cookie: "session=secret",
        "x-forwarded-access-token": "somebody-else",
        "x-forwarded-for": "10.1.2.3",
        "x-remote-user": "root",
        "impersonate-user": "root",
        "last-event-id": "7",
        "x-custom": "1",
      },
    });
    expect(status).toBe(200);
    const { host: _host, connection: _connection, ...headers } = backend.last.headers;
    expect(headers).toEqual({
      accept: "application/json",
      authorization: `Bearer ${TOKEN}`,
      "idempotency-key": "k-1",
      traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      tracestate: "a=b",
    });
    expect(backend.last.url).toBe("/api/projects/team-a/agentic-sessions/fix");
  });

  it("becomes a session of the backend's own shape", async () => {
    backend.answer = (_received, response) =>
      json(response, 201, session, { location: "/api/projects/team-a/agentic-sessions/fix" });
    const { status, headers, body } = await gateway.call("POST", "/v1/sessions", {
      ...caller,
      body: {
        task: "fix it",
        model: "claude-x",
        repos: [{ url: "https://git.example/a.git", branch: "main" }],
        workflow: { url: "https://git.example/w.git" },
        labels: { team: "a" },
        timeout: 60,
      },
    });
    expect(status).toBe(201);
    expect(headers.get("location")).toBe("/v1/sessions/fix");
    expect(body).toMatchObject({ id: "fix", project: "team-a", status: "pending", task: "fix it" });
    expect(backend.last.headers["content-type"]).toBe("application/json");
    expect(JSON.parse(backend.last.body)).toEqual({
      initialPrompt: "fix it",
      llmSettings: { model: "claude-x" },
      repos: [{ url: "https://git.example/a.git", branch: "main" }],
      activeWorkflow: { gitUrl: "https://git.example/w.git" },
      labels: { team: "a" },
      stopOnRunFinished: true,
      timeout: 60,
    });
  });

  it("gets nothing of the backend's headers but those of the answer itself", async () => {
    backend.answer = (_received, response) =>
      json(response, 200, session, {
        "set-cookie": "a=b",
        server: "backend/1",
        "x-request-id": "inner",
        "x-powered-by": "x",
      });
    const { headers } = await gateway.call("GET", "/v1/sessions/fix", caller);
    for (const name of ["set-cookie", "server", "x-powered-by"]) expect(headers.get(name)).toBeNull();
    expect(headers.get("x-request-id")).not.toBe("inner");
    expect(headers.get("cache-control")).toBe("no-store");
  });

  it.each([
    ["no token", {}, 401, "UNAUTHENTICATED"],
    ["a token that is none", { token: "a,b", project: "team-a" }, 401, "UNAUTHENTICATED"],
    ["no project", { token: TOKEN }, 400, "PROJECT_REQUIRED"],
    ["a project that is no name", { token: TOKEN, project: "../admin" }, 400, "INVALID_REQUEST"],
  ])("with %s never reaches the backend", async (_name, options, status, code) => {
    const answer = await gateway.call("GET", "/v1/sessions", options);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ error: expect.any(String), code });
    expect(backend.received).toEqual([]);
  });

  it.each([
    ["an unknown field", "POST", "/v1/sessions", { task: "x", spec: {} }],
    ["an unknown field in a repository", "POST", "/v1/sessions", { task: "x", repos: [{ url: "https://a/b", x: 1 }] }],
    ["no task", "POST", "/v1/sessions", {}],
    ["an empty message", "POST", "/v1/sessions/fix/messages", {}],
    ["an unknown field in a patch", "PATCH", "/v1/sessions/fix", { task: "other" }],
    ["an unknown parameter", "GET", "/v1/sessions?statuss=running", undefined],
    ["an unknown status", "GET", "/v1/sessions?status=Running,lost", undefined],
    ["an id that is no name", "GET", "/v1/sessions/A_b", undefined],
    ["a way out of the artifacts", "GET", "/v1/sessions/fix/artifacts/..%2F..%2Fetc", undefined],
  ])("with %s is 400 and names it", async (_name, method, path, body) => {
    const answer = await gateway.call(method, path, { ...caller, body });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ code: "INVALID_REQUEST", details: { issues: [expect.anything()] } });
    expect(backend.received).toEqual([]);
  });

  it("whose body is not JSON is 400, and one beyond 1 MiB 413", async () => {
    const broken = await gateway.call("POST", "/v1/sessions", { ...caller, body: "{" });
    expect([broken.status, broken.body["code"]]).toEqual([400, "INVALID_BODY"]);
    const form = await gateway.call("POST", "/v1/sessions", {
      ...caller,
      body: "task=x",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    expect([form.status, form.body["code"]]).toEqual([400, "INVALID_BODY"]);
    const large = await gateway.call("POST", "/v1/sessions", { ...caller, body: { task: "x".repeat(1024 * 1024) } });
    expect([large.status, large.body["code"]]).toEqual([413, "BODY_TOO_LARGE"]);
    expect(backend.received).toEqual([]);
  });

  it.each([
    ["GET /v1/sessions/%zz HTTP/1.1\r\nhost: a\r\n\r\n", 400, "INVALID_REQUEST"],
    [`GET /v1/sessions/${"a".repeat(9_000)} HTTP/1.1\r\nhost: a\r\n\r\n`, 400, "INVALID_REQUEST"],
    ["NONSENSE\r\n\r\n", 400, "INVALID_REQUEST"],
    [`GET /v1/sessions HTTP/1.1\r\nhost: a\r\nx: ${"y".repeat(20_000)}\r\n\r\n`, 431, "HEADERS_TOO_LARGE"],
  ])("that is malformed (%#) is answered in the same shape", async (text, status, code) => {
    const socket = connect(Number(new URL(gateway.url).port), "127.0.0.1");
    socket.end(text);
    const answer = (await Array.fromAsync(socket as AsyncIterable<Buffer>)).join("");
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(JSON.parse(answer.split("\r\n\r\n")[1] ?? "")).toEqual({ error: expect.any(String), code });
  });

  it("for something that is not there is 404 in the same shape", async () => {
    const { status, body } = await gateway.call("GET", "/v1/nothing", caller);
    expect([status, body["code"]]).toEqual([404, "NOT_FOUND"]);
    expect(backend.received).toEqual([]);
  });
});

describe("the backend's error", () => {
  it.each([400, 401, 403, 404, 409, 422, 429, 502, 503])("%i passes as it is", async (status) => {
    const error = { error: "no, because of this", code: "SOME_CODE", details: { phase: "Stopped" } };
    backend.answer = (_received, response) => json(response, status, error, { "retry-after": "7" });
    const answer = await gateway.call("POST", "/v1/sessions/fix/messages", { ...caller, body: { content: "hello" } });
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual(error);
    expect(answer.headers.get("retry-after")).toBe("7");
  });

  it.each<[string, (response: ServerResponse) => void]>([
    ["a page of a proxy", (response) => response.writeHead(503, { "content-type": "text/html" }).end("<h1>no</h1>")],
    ["JSON of another shape", (response) => json(response, 500, { message: "boom", stack: "secret" })],
    ["an empty answer", (response) => response.writeHead(404).end()],
    ["a redirect", (response) => response.writeHead(302, { location: "http://127.0.0.1:1/" }).end()],
    ["a success that is no session", (response) => json(response, 200, { hello: "world" })],
    ["a success that is no JSON", (response) => response.writeHead(200).end("fine")],
    ["an answer that breaks off", (response) => breakOff(response)],
    ["a closed connection", (response) => response.destroy()],
  ])("that is %s becomes 502", async (_name, answer) => {
    backend.answer = (_received, response) => answer(response);
    const { status, body } = await gateway.call("GET", "/v1/sessions/fix", caller);
    expect(status).toBe(502);
    expect(body).toEqual({ error: expect.any(String), code: expect.stringMatching(/^BACKEND_(FAILED|UNAVAILABLE)$/) });
  });

  it.each<[string, (response: ServerResponse) => void]>([
    ["that never comes", () => undefined],
    ["that stops in the middle", (response) => void response.writeHead(200).write('{"apiVersion":')],
  ])("%s becomes 504", async (_name, answer) => {
    backend.answer = (_received, response) => answer(response);
    for (const path of ["/v1/sessions/fix", "/v1/sessions/fix/result"]) {
      const { status, body } = await gateway.call("GET", path, caller);
      expect([status, body["code"]]).toEqual([504, "BACKEND_TIMEOUT"]);
    }
  });

  it("that the backend is not there becomes 502, and not ready", async () => {
    const alone = await TestGateway.start("http://127.0.0.1:1");
    try {
      const { status, body } = await alone.call("GET", "/v1/sessions", caller);
      expect([status, body["code"]]).toEqual([502, "BACKEND_UNAVAILABLE"]);
      expect((await alone.call("GET", "/ready")).status).toBe(503);
      expect((await alone.call("GET", "/health")).status).toBe(200);
    } finally {
      await alone.stop();
    }
  });
});

describe("too many requests", () => {
  it("of one token are 429 with the time to wait, and others are served", async () => {
    const small = await TestGateway.start(backend.url, { RATE_LIMIT_PER_TOKEN: "6", RATE_LIMIT_PER_TOKEN_BURST: "3" });
    try {
      const statuses: number[] = [];
      for (let count = 0; count < 5; count++) {
        statuses.push((await small.call("GET", "/v1/sessions/fix", caller)).status);
      }
      expect(statuses).toEqual([200, 200, 200, 429, 429]);
      const refused = await small.call("GET", "/v1/sessions/fix", caller);
      expect(refused.body).toMatchObject({ code: "TOO_MANY_REQUESTS" });
      const wait = Number(refused.headers.get("retry-after"));
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(10);
      expect((await small.call("GET", "/v1/sessions/fix", { ...caller, token: "another" })).status).toBe(200);
      expect((await small.call("GET", "/health")).status).toBe(200);
      expect(await small.metric('pilothouse_public_api_limited_total{limit="token"}')).toBe(3);
      expect(backend.received).toHaveLength(4);
    } finally {
      await small.stop();
    }
  });

  it("from one address are 429, whatever their tokens and paths", async () => {
    const variables = { RATE_LIMIT_PER_ADDRESS: "6", RATE_LIMIT_PER_ADDRESS_BURST: "3", TRUSTED_PROXIES: "1" };
    const small = await TestGateway.start(backend.url, variables);
    const from = (address: string, path: string, token: string) =>
      small.call("GET", path, { token, project: "team-a", headers: { "x-forwarded-for": address } });
    try {
      expect((await from("192.0.2.1", "/v1/sessions/fix", "a")).status).toBe(200);
      expect((await from("192.0.2.1", "/v1/nothing", "b")).status).toBe(404);
      expect((await from("203.0.113.9, 192.0.2.1", "/v1/sessions/fix", "c")).status).toBe(200);
      const refused = await from("198.51.100.7, 192.0.2.1", "/v1/sessions/fix", "d");
      expect([refused.status, refused.body["code"]]).toEqual([429, "TOO_MANY_REQUESTS"]);
      expect((await from("192.0.2.2", "/v1/sessions/fix", "a")).status).toBe(200);
    } finally {
      await small.stop();
    }
  });
});

describe("what the gateway says of itself", () => {
  it("names no token and no content in its logs", async () => {
    const headers = { cookie: "canary-cookie", "x-custom": "canary-header" };
    await gateway.call("POST", "/v1/sessions", { ...caller, body: { task: "canary-task" }, headers });
    await gateway.call("GET", "/v1/sessions?search=canary-query", caller);
    await gateway.call("GET", "/v1/canary-path?x=canary-query", caller);
    backend.answer = (_received, response) => response.destroy();
    await gateway.call("POST", "/v1/sessions", { ...caller, body: { task: "canary-task" } });
    const logs = gateway.logs.join("");
    expect(logs).toContain('"route":"/v1/sessions"');
    expect(logs).toContain('"code":"BACKEND_UNAVAILABLE"');
    expect(logs).not.toContain("canary");
  });

  it("counts requests by route, not by address", async () => {
    await gateway.call("GET", "/v1/sessions/fix", caller);
    const line = 'pilothouse_public_api_requests_total{method="GET",route="/v1/sessions/:id",status="200"}';
    expect(await gateway.metric(line)).toBeGreaterThan(0);
    expect(
      await gateway.metric('pilothouse_public_api_backend_duration_seconds_count{outcome="answered"}'),
    ).toBeGreaterThan(0);
  });

  it("is an OpenAPI 3.1 document with every route", async () => {
    const { body } = await gateway.call("GET", "/v1/openapi.json");
    expect(body["openapi"]).toBe("3.1.0");
    const paths = body["paths"] as Record<string, Record<string, { parameters?: { name: string }[] }>>;
    const operations = Object.entries(paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(operations.filter((operation) => !operation.startsWith("HEAD")).toSorted()).toEqual([
      "DELETE /v1/sessions/{id}",
      "GET /health",
      "GET /metrics",
      "GET /ready",
      "GET /v1/sessions",
      "GET /v1/sessions/{id}",
      "GET /v1/sessions/{id}/artifacts",
      "GET /v1/sessions/{id}/artifacts/{path}",
      "GET /v1/sessions/{id}/diff",
      "GET /v1/sessions/{id}/events",
      "GET /v1/sessions/{id}/result",
      "GET /v1/sessions/{id}/transcript",
      "PATCH /v1/sessions/{id}",
      "POST /v1/sessions",
      "POST /v1/sessions/{id}/messages",
      "POST /v1/sessions/{id}/start",
      "POST /v1/sessions/{id}/stop",
    ]);
    const names = paths["/v1/sessions"]?.["get"]?.parameters?.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["status", "limit", "X-Project"]));
  });
});

function breakOff(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
  response.write('{"apiVersion":', () => response.destroy());
}
