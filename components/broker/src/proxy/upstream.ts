/** Connections to the providers: kept alive, with a limit on every wait. Node's own client, since it starts at once. */
import type { IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { pipeline } from "node:stream";
import type { LookupFunction } from "node:net";
import type { Readable } from "node:stream";

// Not imported: see http/server.ts.
const { Agent: HttpAgent, request: httpRequest } = process.getBuiltinModule("node:http");

export interface Waits {
  /** Milliseconds until a connection stands. */
  readonly connect: number;
  /** Milliseconds from the sent request to the first byte of the answer. */
  readonly answer: number;
  /** Milliseconds between two pieces of an answer. */
  readonly silence: number;
}

export class UpstreamTimeout extends Error {
  override readonly name = "UpstreamTimeout";
}

export interface UpstreamRequest {
  readonly origin: URL;
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Readable | Buffer | undefined;
  readonly signal: AbortSignal;
  /** How the name is resolved; default: as the system does. */
  readonly lookup?: LookupFunction | undefined;
  /** Milliseconds between two pieces of the answer, when they are others than usual. */
  readonly silence?: number | undefined;
}

export interface Upstreams {
  /** Rejects when the provider cannot be reached, is too slow, or the signal is aborted. */
  request(options: UpstreamRequest): Promise<IncomingMessage>;
  close(): void;
}

// Providers close idle connections after a minute or more; a connection must not be used while it is being closed.
const IDLE = 20_000;

export function openUpstreams(waits: Waits): Upstreams {
  const options = { keepAlive: true, timeout: IDLE, scheduling: "lifo" } as const;
  const http = new HttpAgent(options);
  const https = new HttpsAgent(options);
  return {
    request: ({ origin, method, path, headers, body, lookup, signal, silence = waits.silence }) =>
      new Promise((resolve, reject) => {
        const secure = origin.protocol === "https:";
        const request = (secure ? httpsRequest : httpRequest)(origin, {
          method,
          path,
          headers,
          signal,
          agent: secure ? https : http,
          ...(lookup === undefined ? {} : { lookup }),
        });
        const limit = (milliseconds: number, what: string): NodeJS.Timeout =>
          setTimeout(() => request.destroy(new UpstreamTimeout(`${what} for ${milliseconds} ms`)), milliseconds);
        let timer = limit(waits.connect, "no connection");
        const next = (milliseconds: number, what: string): void => {
          clearTimeout(timer);
          timer = limit(milliseconds, what);
        };
        request.once("socket", (socket) => {
          if (!socket.connecting) return next(waits.answer, "no answer");
          socket.once(secure ? "secureConnect" : "connect", () => next(waits.answer, "no answer"));
        });
        request.once("response", (response) => {
          next(silence, "silence");
          response.on("data", () => timer.refresh());
          // Whoever reads the answer decides when it flows.
          response.pause();
          resolve(response);
        });
        request.once("close", () => clearTimeout(timer));
        request.on("error", reject);
        if (body === undefined || Buffer.isBuffer(body)) request.end(body);
        else pipeline(body, request, (error) => error && reject(error));
      }),
    close() {
      http.destroy();
      https.destroy();
    },
  };
}
