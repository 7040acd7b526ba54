/** Server-sent events, passed from the backend to clients byte by byte, no faster than a client reads. */
import type { ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import { SSE_HEADERS } from "@pilothouse/agui";
import { GatewayError } from "../errors/gateway-error.ts";
import type { Metrics } from "../operations/metrics.ts";

const RETRY_SECONDS = 5;
/** What a reader may take to read the rest of a stream that has ended. */
const LINGER_MILLISECONDS = 10_000;

export class EventStreams {
  readonly #mostPerToken: number;
  readonly #metrics: Metrics;
  readonly #perToken = new Map<string, number>();
  readonly #open = new Set<Readable>();
  #ending = false;

  constructor(mostPerToken: number, metrics: Metrics) {
    this.#mostPerToken = mostPerToken;
    this.#metrics = metrics;
  }

  get size(): number {
    return this.#open.size;
  }

  /**
   * Opens a stream at the backend and passes it on until either side ends it. Errors before the first byte are thrown;
   * after it the connection ends, and the client resumes with Last-Event-ID.
   *
   * @throws GatewayError TOO_MANY_STREAMS, and what `open` throws
   */
  async pass(tokenHash: string, reply: FastifyReply, open: () => Promise<Readable>): Promise<void> {
    this.#take(tokenHash);
    try {
      const body = await open();
      this.#open.add(body);
      try {
        reply.hijack();
        const { raw } = reply;
        raw.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), ...SSE_HEADERS });
        raw.flushHeaders();
        raw.socket?.setNoDelay(true);
        if (this.#ending) body.destroy();
        await passOn(body, raw);
      } finally {
        this.#open.delete(body);
      }
    } finally {
      this.#give(tokenHash);
    }
  }

  /** Ends every stream; clients resume elsewhere with Last-Event-ID. */
  endAll(): void {
    this.#ending = true;
    for (const body of this.#open) body.destroy();
  }

  #take(tokenHash: string): void {
    const held = this.#perToken.get(tokenHash) ?? 0;
    if (held >= this.#mostPerToken) {
      this.#metrics.limited("streams");
      throw new GatewayError(
        "TOO_MANY_STREAMS",
        `this token holds ${held} event streams, the most that one token may: close some first`,
        { retryAfterSeconds: RETRY_SECONDS },
      );
    }
    this.#perToken.set(tokenHash, held + 1);
  }

  #give(tokenHash: string): void {
    const held = this.#perToken.get(tokenHash) ?? 0;
    if (held <= 1) this.#perToken.delete(tokenHash);
    else this.#perToken.set(tokenHash, held - 1);
  }
}

/**
 * Resolves when the client's connection is done with. However the backend's side ends, the client's ends in order: events
 * carry their numbers, and it resumes from the last one that it has.
 */
async function passOn(body: Readable, raw: ServerResponse): Promise<void> {
  const done = Promise.withResolvers<void>();
  let linger: NodeJS.Timeout | undefined;
  const end = (): void => {
    if (linger !== undefined || raw.destroyed) return;
    raw.end();
    linger = setTimeout(() => raw.destroy(), LINGER_MILLISECONDS);
  };
  raw.once("close", () => {
    clearTimeout(linger);
    body.destroy();
    done.resolve();
  });
  body.on("error", end);
  body.once("close", end);
  if (raw.destroyed) {
    body.destroy();
    return;
  }
  if (body.destroyed) end();
  else body.pipe(raw);
  await done.promise;
}
