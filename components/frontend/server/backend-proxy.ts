/** Passes `/api/*` on to the backend with the caller's token, byte for byte and without a buffer in between. */
import {
  Agent as HttpAgent,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
  request as httpRequest,
} from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { sendError } from "./errors.ts";
import { DATA_POLICY } from "./security-headers.ts";

/** Headers of a browser that the backend needs. All others stay here, our cookie and any token of the browser's above all. */
const FORWARDED = [
  "accept",
  "content-type",
  "content-length",
  "idempotency-key",
  "if-match",
  "if-none-match",
  "last-event-id",
  "range",
  "traceparent",
  "tracestate",
  "user-agent",
];
/** Belong to one connection, or are ours to set. */
const NOT_RETURNED = new Set(["connection", "keep-alive", "transfer-encoding", "upgrade", "trailer", "set-cookie"]);

export interface BackendProxy {
  forward(request: IncomingMessage, response: ServerResponse, token: string): void;
  close(): void;
}

export function createBackendProxy(backendUrl: URL, report: (error: unknown) => void): BackendProxy {
  const secure = backendUrl.protocol === "https:";
  const agent = secure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const open = secure ? httpsRequest : httpRequest;

  return {
    forward(request, response, token) {
      const headers: OutgoingHttpHeaders = { authorization: `Bearer ${token}` };
      for (const name of FORWARDED) if (request.headers[name] !== undefined) headers[name] = request.headers[name];
      // The path as the browser wrote it: decoding and joining it again could turn `..%2f` into a step up.
      const upstream = open(new URL(backendUrl.origin), {
        agent,
        method: request.method ?? "GET",
        path: joinPath(backendUrl.pathname, request.url ?? "/"),
        headers,
      });
      upstream.on("response", (answer) => relay(answer, response));
      upstream.on("error", (error) => {
        if (response.headersSent || response.destroyed) response.destroy();
        else {
          // Where the backend is, and why it cannot be reached, is for the log.
          report(error);
          sendError(
            response,
            "BACKEND_UNREACHABLE",
            "The server behind this page does not answer. Try again in a moment.",
          );
        }
      });
      // A reader that leaves ends the stream at the backend too.
      response.on("close", () => upstream.destroy());
      request.pipe(upstream);
    },
    close: () => agent.destroy(),
  };
}

function relay(answer: IncomingMessage, response: ServerResponse): void {
  for (const [name, value] of Object.entries(answer.headers))
    if (value !== undefined && !NOT_RETURNED.has(name)) response.setHeader(name, value);
  response.setHeader("Content-Security-Policy", DATA_POLICY);
  const isEventStream = answer.headers["content-type"]?.startsWith("text/event-stream") ?? false;
  if (isEventStream) {
    response.setHeader("Cache-Control", "no-store, no-transform");
    response.setHeader("X-Accel-Buffering", "no");
    response.socket?.setNoDelay(true);
  }
  response.writeHead(answer.statusCode ?? 502);
  if (isEventStream) response.flushHeaders();
  answer.on("error", () => response.destroy());
  answer.pipe(response);
}

function joinPath(base: string, path: string): string {
  return base === "/" ? path : `${base.replace(/\/$/, "")}${path}`;
}
