/** Takes a request over for server-sent events. */
import type { FastifyReply, FastifyRequest } from "fastify";
import { SSE_HEADERS, SseWriter, type SseWriterOptions } from "@pilothouse/agui";

/** Whether the client asks for server-sent events and nothing that it would rather have. */
export function wantsEventStream(request: FastifyRequest): boolean {
  return /(^|[\s,])text\/event-stream\b/i.test(request.headers.accept ?? "");
}

/** All streams that are open, so that a server that ends can end them. */
export class OpenStreams {
  readonly #open = new Set<SseWriter>();
  #ending = false;

  get size(): number {
    return this.#open.size;
  }

  /** Writes the head and hands out the writer. From here on Fastify leaves the response alone. */
  open(reply: FastifyReply, options: SseWriterOptions = {}): SseWriter {
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), ...SSE_HEADERS });
    raw.flushHeaders();
    raw.socket?.setNoDelay(true);
    const writer = new SseWriter(raw, options);
    this.#open.add(writer);
    writer.closed.addEventListener("abort", () => this.#open.delete(writer), { once: true });
    // HEAD asks for the head alone, which is out.
    if (this.#ending || raw.req.method === "HEAD") writer.end();
    return writer;
  }

  /** Ends every stream; clients resume elsewhere with Last-Event-ID. */
  endAll(): void {
    this.#ending = true;
    for (const writer of this.#open) writer.end();
  }
}
