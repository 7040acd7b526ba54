/** Which headers cross the gateway. What is not named here stays on its side. */
import type { IncomingHttpHeaders } from "node:http";

const REQUEST_HEADERS = [
  "authorization",
  "content-type",
  "accept",
  "idempotency-key",
  "traceparent",
  "tracestate",
] as const;

const ANSWER_HEADERS = ["content-type", "content-length", "content-disposition", "idempotent-replayed"] as const;

/** The client's headers that the backend gets. */
export function forwardedHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  return pick(headers, REQUEST_HEADERS);
}

/** The backend's headers that the client gets with a body that is passed through. */
export function answerHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string> {
  return pick(headers, ANSWER_HEADERS);
}

function pick(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  names: readonly string[],
): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = headers[name];
      return typeof value === "string" && value !== "" ? [[name, value]] : [];
    }),
  );
}
