// The inner door: callers in this process get the same API without sockets and TLS, as a given user.
import type { Transport, TransportRequest, TransportResponse } from "@pilothouse/kubernetes";
import type { UserInfo } from "../auth/user.ts";
import { tooLarge } from "./errors.ts";
import type { ApiHandler } from "./handler.ts";
import type { ApiRequest, ByteSink, StreamBody } from "./http.ts";

export function inProcessTransport(handler: ApiHandler, user: UserInfo): Transport {
  const closing = new AbortController();
  return {
    request: async (request) => {
      const signal = request.signal === undefined ? closing.signal : AbortSignal.any([request.signal, closing.signal]);
      signal.throwIfAborted();
      const response = await handler.handle(toApiRequest(request, user));
      signal.throwIfAborted();
      const body = response.body instanceof Uint8Array ? once(response.body) : stream(response.body, signal);
      return { status: response.status, headers: response.headers, body } satisfies TransportResponse;
    },
    close: async () => closing.abort(new Error("the transport was closed")),
  };
}

function toApiRequest(request: TransportRequest, user: UserInfo): ApiRequest {
  const question = request.path.indexOf("?");
  return {
    method: request.method,
    path: question < 0 ? request.path : request.path.slice(0, question),
    query: new URLSearchParams(question < 0 ? "" : request.path.slice(question + 1)),
    headers: request.headers,
    user,
    body: async (limit) => {
      const { body } = request;
      if (body === undefined) return Buffer.alloc(0);
      const bytes = typeof body === "string" ? Buffer.from(body, "utf8") : Buffer.from(body);
      if (bytes.length > limit) throw tooLarge(limit);
      return bytes;
    },
  };
}

async function* once(body: Uint8Array): AsyncGenerator<Uint8Array> {
  if (body.length > 0) yield body;
}

/** Queues what the stream writes until it is read; the stream's own limit on `buffered` bounds the queue. */
async function* stream(start: StreamBody, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  let queue: Uint8Array[] = [];
  let buffered = 0;
  let ended = false;
  let wake = (): void => {};
  const sink: ByteSink = {
    write: (chunk) => {
      if (ended) return;
      queue.push(chunk);
      buffered += chunk.length;
      wake();
    },
    end: () => {
      ended = true;
      wake();
    },
    get buffered() {
      return buffered;
    },
  };
  const stop = start(sink);
  const abort = (): void => wake();
  signal.addEventListener("abort", abort);
  try {
    for (;;) {
      signal.throwIfAborted();
      const chunks = queue;
      queue = [];
      buffered = 0;
      for (const chunk of chunks) yield chunk;
      if (queue.length > 0) continue;
      if (ended) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (signal.aborted) resolve();
      });
    }
  } finally {
    signal.removeEventListener("abort", abort);
    stop();
  }
}
