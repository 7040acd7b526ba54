/** Answers errors, in one shape, whoever finds them: a handler, Fastify before any route, or Node's HTTP parser. */
import { STATUS_CODES, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { BackendRefusal, GatewayError } from "./gateway-error.ts";
import { ERRORS, type ErrorCode } from "./table.ts";
import { translate } from "./translate.ts";

export function handleErrors(app: FastifyInstance, logger: Logger): void {
  app.setErrorHandler(async (thrown, request, reply) => {
    const error = translate(thrown);
    const { status } = error;
    if (status === 401) void reply.header("www-authenticate", "Bearer");
    void reply.code(status).type("application/json; charset=utf-8").serializer(JSON.stringify);
    if (error instanceof BackendRefusal) {
      if (error.retryAfter !== undefined) void reply.header("retry-after", error.retryAfter);
      return reply.send(error.body);
    }
    const { code, message, details, retryAfterSeconds } = error;
    if (status >= 500) {
      const failure = { requestId: request.id, route: request.routeOptions.url, code };
      // Described by the logger's serializer, which leaves out what an error may carry of a request.
      logger.error({ ...failure, error: error.cause ?? error }, "request failed");
    }
    if (retryAfterSeconds !== undefined) void reply.header("retry-after", String(retryAfterSeconds));
    return reply.send({ error: message, code, ...(details === undefined ? {} : { details }) });
  });
  app.setNotFoundHandler(async (request, reply) =>
    reply
      .code(404)
      .send({ error: `there is no ${request.method} ${request.url.split("?", 1)[0] ?? ""}`, code: "NOT_FOUND" }),
  );
}

/** An address that Fastify cannot even route: no hook and no handler sees it. */
export function answerUnroutable(response: ServerResponse): void {
  const error = "the address of the request is malformed or too long";
  const code: ErrorCode = "INVALID_REQUEST";
  const body = JSON.stringify({ error, code });
  const headers = { "content-type": "application/json; charset=utf-8", "content-length": Buffer.byteLength(body) };
  response.writeHead(ERRORS[code].status, headers).end(body);
}

/** What is no HTTP request, or comes too slowly to be one: there is no reply object for it, only a socket. */
export function answerBrokenRequest(problem: Error & { code?: string }, socket: Socket): void {
  if (problem.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, code, message } = brokenRequest(problem.code);
  const body = JSON.stringify({ error: message, code });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

function brokenRequest(code: string | undefined): GatewayError {
  if (code === "HPE_HEADER_OVERFLOW") return new GatewayError("HEADERS_TOO_LARGE", "the headers are too large");
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return new GatewayError("TIMEOUT", "the request came too slowly");
  return new GatewayError("INVALID_REQUEST", "this is no HTTP request");
}
