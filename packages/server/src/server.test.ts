import { once } from "node:events";
import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { ErrorBody } from "@pilothouse/contracts";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { HttpError, createLogger, createServer } from "./index.ts";

const CANARY = "canary-7f3b";
const lines: string[] = [];
const logger = createLogger("test", "debug", { write: (line) => lines.push(line) });
let app: FastifyInstance;

beforeAll(async () => {
  app = createServer({ logger, validateAnswers: true });
  app.get("/refused", async () => {
    throw new HttpError(429, "TOO_MANY", "wait a little", { retryAfterSeconds: 3, details: { left: 0 } });
  });
  app.get("/broken", async () => {
    const cause = Object.assign(new Error("the disk is full"), { request: { authorization: CANARY } });
    throw new HttpError(503, "STORE_UNAVAILABLE", "the store does not answer", { cause });
  });
  app.get("/fault", async () => {
    throw Object.assign(new Error("a bug"), { headers: { authorization: CANARY } });
  });
  app.post("/echo/:number", {
    schema: { params: z.object({ number: z.coerce.number() }), body: z.strictObject({ text: z.string() }) },
    handler: async (request) => request.body,
  });
  app.post("/act", async (request) => ({ body: request.body ?? null }));
  await app.listen({ host: "127.0.0.1", port: 0 });
});

afterAll(async () => app.close());

/** Sends bytes as they are, and reads until the server ends the connection. */
async function raw(text: string): Promise<{ status: number; body: ErrorBody }> {
  const { port } = app.server.address() as AddressInfo;
  const socket = connect(port, "127.0.0.1");
  socket.write(text);
  let answer = "";
  socket.on("data", (chunk: Buffer) => {
    answer += chunk.toString();
  });
  await once(socket, "close");
  const [head = "", body = ""] = answer.split("\r\n\r\n");
  return { status: Number(head.split(" ")[1]), body: ErrorBody.parse(JSON.parse(body)) };
}

describe("what is no request that a route could see", () => {
  it.each([
    ["a line of nonsense", "nonsense\r\n\r\n", 400, "INVALID_REQUEST"],
    ["a method that HTTP does not know", "FETCH / HTTP/1.1\r\nhost: a\r\n\r\n", 400, "INVALID_REQUEST"],
    ["too many headers", `GET /act HTTP/1.1\r\nhost: a\r\nx: ${"y".repeat(20_000)}\r\n\r\n`, 431, "HEADERS_TOO_LARGE"],
    ["a broken escape", "GET /%zz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", 400, "INVALID_REQUEST"],
    ["several hosts", "GET /act HTTP/1.1\r\nhost: a\r\nHOST: b\r\nconnection: close\r\n\r\n", 400, "INVALID_REQUEST"],
    ["a tunnel", "CONNECT a:80 HTTP/1.1\r\nhost: a\r\n\r\n", 405, "METHOD_NOT_ALLOWED"],
    ["no host", "GET /act HTTP/1.1\r\nconnection: close\r\n\r\n", 400, "INVALID_REQUEST"],
    [
      "two lengths",
      "POST /act HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
      400,
      "INVALID_REQUEST",
    ],
    ["an unknown expectation", "POST /act HTTP/1.1\r\nhost: a\r\nexpect: tea\r\n\r\n", 417, "EXPECTATION_FAILED"],
  ])("is answered in the one shape: %s", async (_name, text, status, code) => {
    const answer = await raw(text);
    expect(answer).toEqual({ status, body: { error: expect.any(String) as string, code } });
  });
});

describe("an error", () => {
  it("is answered with its status, code, details and wait", async () => {
    const answer = await app.inject({ url: "/refused" });
    expect(answer.statusCode).toBe(429);
    expect(answer.headers["retry-after"]).toBe("3");
    expect(answer.json()).toEqual({ error: "wait a little", code: "TOO_MANY", details: { left: 0 } });
  });

  it("of a schema names the field and its place", async () => {
    const answer = await app.inject({ method: "POST", url: "/echo/x", payload: { text: "a" } });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({
      code: "INVALID_REQUEST",
      details: { issues: [{ in: "path", path: "number" }] },
    });
  });

  it("of a schema names each field that is unknown", async () => {
    const answer = await app.inject({ method: "POST", url: "/echo/1", payload: { text: "a", extra: 1, more: 2 } });
    expect(answer.json()).toMatchObject({
      details: {
        issues: [
          { in: "body", path: "extra" },
          { in: "body", path: "more" },
        ],
      },
    });
  });

  it("of this server is logged under the request's id, once described, without what the error carries", async () => {
    lines.length = 0;
    const [broken, fault] = [await app.inject({ url: "/broken" }), await app.inject({ url: "/fault" })];
    expect(broken.json()).toEqual({ error: "the store does not answer", code: "STORE_UNAVAILABLE" });
    expect(fault.json()).toMatchObject({ code: "INTERNAL" });
    const logged = lines.map((line) => JSON.parse(line) as { requestId: string; error: { message: string } });
    expect(logged.map(({ requestId }) => requestId)).toEqual([
      broken.headers["x-request-id"],
      fault.headers["x-request-id"],
    ]);
    expect(logged.map(({ error }) => error.message)).toEqual(["the disk is full", "a bug"]);
    expect(lines.join("")).not.toContain(CANARY);
  });
});

describe("a body", () => {
  it("may be absent, whatever type it claims to be", async () => {
    const headers = { "content-type": "text/plain" };
    expect((await app.inject({ method: "POST", url: "/act" })).json()).toEqual({ body: null });
    expect((await app.inject({ method: "POST", url: "/act", headers, payload: "" })).json()).toEqual({ body: null });
  });

  it.each([
    ["text", "text/plain", "hello", 400, "INVALID_BODY"],
    ["broken JSON", "application/json", "{", 400, "INVALID_BODY"],
    ["not UTF-8", "application/json", Buffer.from('{"text":"\xff"}', "latin1"), 400, "INVALID_BODY"],
    ["poison for prototypes", "application/json", '{"__proto__":{"a":1}}', 400, "INVALID_BODY"],
    ["more than fits", "application/json", JSON.stringify("x".repeat(1024 * 1024)), 413, "BODY_TOO_LARGE"],
  ])("that is %s is refused", async (_name, type, payload, status, code) => {
    const answer = await app.inject({ method: "POST", url: "/act", headers: { "content-type": type }, payload });
    expect([answer.statusCode, answer.json<ErrorBody>().code]).toEqual([status, code]);
  });
});

describe("the log", () => {
  it("redacts what is named like a secret", () => {
    lines.length = 0;
    const secret = { authorization: CANARY, token: CANARY, password: CANARY, headers: { cookie: CANARY } };
    logger.info({ authorization: CANARY, token: CANARY, key: CANARY, body: CANARY, request: secret }, "hello");
    expect(lines.join("")).toContain("[redacted]");
    expect(lines.join("")).not.toContain(CANARY);
  });
});

it("ends connections that hold no request, at once, when it closes", async () => {
  const other = createServer({ logger });
  await other.listen({ host: "127.0.0.1", port: 0 });
  const socket = connect((other.server.address() as AddressInfo).port, "127.0.0.1");
  await once(socket, "connect");
  const closed = once(socket, "close");
  await other.close();
  expect(await closed).toBeDefined();
});

it("refuses what still comes in while it ends, as every error is told", async () => {
  const other = createServer({ logger });
  const [begun, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  other.get("/held", async () => {
    begun.resolve();
    await held.promise;
    return { ok: true };
  });
  await other.listen({ host: "127.0.0.1", port: 0 });
  const socket = connect((other.server.address() as AddressInfo).port, "127.0.0.1");
  let answers = "";
  socket.on("data", (chunk: Buffer) => {
    answers += chunk.toString();
  });
  socket.write("GET /held HTTP/1.1\r\nhost: a\r\n\r\n");
  await begun.promise;
  const closed = other.close();
  await new Promise((resolve) => setImmediate(resolve));
  socket.write("GET /held HTTP/1.1\r\nhost: a\r\n\r\n");
  await once(other.server, "request");
  held.resolve();
  await once(socket, "close");
  await closed;
  expect(answers).toMatch(/^HTTP\/1\.1 200 [^]*HTTP\/1\.1 503 [^]*retry-after: 1\r\n[^]*"code":"SHUTTING_DOWN"/);
});

describe("an address", () => {
  it("that exists with other methods says which, before it reads a body", async () => {
    const answer = await app.inject({ method: "PUT", url: "/echo/1", payload: "no JSON" });
    expect(answer.statusCode).toBe(405);
    expect(answer.headers.allow).toBe("POST");
    expect(answer.json()).toMatchObject({ code: "METHOD_NOT_ALLOWED" });
    expect((await app.inject({ method: "OPTIONS", url: "/refused/" })).headers.allow).toBe("GET, HEAD");
  });

  it.each(["/", "/nothing", "/echo", "/echo/1/2", "/echo/"])("that does not exist is not found: %s", async (url) => {
    const answer = await app.inject({ method: "POST", url, payload: "no JSON" });
    expect([answer.statusCode, answer.json<ErrorBody>().code]).toEqual([404, "NOT_FOUND"]);
  });
});
