/** Answers of the broker itself: JSON, and errors in the shape that the asker understands. */
import type { ServerResponse } from "node:http";
import { BrokerError } from "../errors.ts";
import type { Provider } from "../providers/provider.ts";

export function sendJson(
  response: ServerResponse,
  status: number,
  document: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = JSON.stringify(document);
  response.writeHead(status, {
    ...headers,
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
  });
  response.end(response.req.method === "HEAD" ? undefined : body);
}

export function asBrokerError(error: unknown): BrokerError {
  if (error instanceof BrokerError) return error;
  return new BrokerError("INTERNAL", "the broker failed; its log says why", { cause: error });
}

/**
 * Says no. A framework shows its provider's errors to people, so on a provider's path the error has that provider's shape.
 * The connection ends with it, since the rest of the request has not been read.
 */
export function sendError(response: ServerResponse, error: BrokerError, provider?: Provider): void {
  const { status, message, code, retryAfterSeconds } = error;
  const document = provider ? provider.errorDocument({ status, message }) : { error: message, code };
  sendJson(response, status, document, {
    ...(retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) }),
    ...(response.req.complete ? {} : { connection: "close" }),
    // Anthropic's clients would repeat what no repetition can change.
    ...(status === 400 || status === 401 || status === 403 ? { "x-should-retry": "false" } : {}),
  });
}

/** The same as words: git shows its user the text of a refusal. */
export function sendText(response: ServerResponse, { status, message }: BrokerError): void {
  response.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    "content-length": Buffer.byteLength(message),
    "cache-control": "no-store",
    ...(response.req.complete ? {} : { connection: "close" }),
  });
  response.end(message);
}
