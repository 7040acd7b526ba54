/** Answers what never becomes a request that a route or a hook could see: Node's parser or Fastify's router refuses it. */
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { commonError } from "./common-error.ts";
import { bodyOf } from "./handler.ts";
import type { HttpError } from "./http-error.ts";

const TYPE = "application/json; charset=utf-8";

/** An address that Fastify cannot even route: no hook and no handler sees it. */
export function answerUnroutable(response: ServerResponse): void {
  answer(response, commonError("INVALID_REQUEST", "the address of the request is malformed or too long"));
}

/** `Expect: anything` but 100-continue: Node would answer 417 with an empty body. */
export function answerExpectation(_request: IncomingMessage, response: ServerResponse): void {
  answer(response, commonError("EXPECTATION_FAILED", "the header Expect can only be 100-continue"));
}

/** What is no HTTP request, or comes too slowly to be one: there is no reply object for it, only a socket. */
export function answerBrokenRequest(problem: Error & { code?: string }, socket: Socket): void {
  if (problem.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  answerSocket(socket, brokenRequest(problem.code));
}

/** CONNECT asks for a tunnel, which no server of ours is. Node would end the connection without a word. */
export function answerTunnel(_request: IncomingMessage, socket: Duplex): void {
  answerSocket(socket, commonError("METHOD_NOT_ALLOWED", "this server is no proxy"));
}

/**
 * RFC 9112, 3.2: a request of HTTP/1.1 names its host once. Node takes the first of several.
 *
 * @throws HttpError INVALID_REQUEST
 */
export function checkHost({ rawHeaders, httpVersion }: IncomingMessage): void {
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? "";
    if (name.length === 4 && name.toLowerCase() === "host") hosts += 1;
  }
  if (hosts > 1) throw commonError("INVALID_REQUEST", "the request names several hosts");
  if (hosts === 0 && httpVersion === "1.1") throw commonError("INVALID_REQUEST", "the request names no host");
}

function answerSocket(socket: Duplex, error: HttpError): void {
  const body = JSON.stringify(bodyOf(error));
  socket.end(
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? ""}\r\ncontent-type: ${TYPE}\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

function answer(response: ServerResponse, error: HttpError): void {
  const body = JSON.stringify(bodyOf(error));
  const headers = { "content-type": TYPE, "content-length": Buffer.byteLength(body), connection: "close" };
  response.writeHead(error.status, headers).end(body);
}

function brokenRequest(code: string | undefined): HttpError {
  if (code === "HPE_HEADER_OVERFLOW") return commonError("HEADERS_TOO_LARGE", "the headers are too large");
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return commonError("TIMEOUT", "the request came too slowly");
  return commonError("INVALID_REQUEST", "this is no HTTP request");
}
