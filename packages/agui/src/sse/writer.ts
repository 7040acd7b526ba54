/**
 * Writes server-sent events to one client. What arrives within one frame goes out in one write, since a write costs far
 * more than an event; the first after a pause goes at once. A client that leaves too much unread is cut off: it connects
 * again with Last-Event-ID and loses nothing, while a queue for it would grow without bound.
 */
import type { SequencedEvent } from "../event/event.ts";
import { formatComment, formatEvent, formatMessage, type SseMessage } from "./format.ts";

/** The part of a node:http response that is needed. */
export interface SseSink {
  /** The callback comes when the kernel has the bytes, or never will. */
  write(chunk: string, callback: () => void): boolean;
  end(): unknown;
  destroy(): unknown;
  once(event: "close", listener: () => void): unknown;
  flushHeaders?(): void;
  readonly writableLength: number;
  readonly destroyed: boolean;
}

export interface SseWriterOptions {
  /** Milliseconds; 0 = each `send` is written at once. Default 16. */
  readonly frame?: number;
  /** Milliseconds between comments while nothing else is sent. Default 15 000. */
  readonly heartbeat?: number;
  /** Unread bytes above which the client is cut off. Default 1 MiB. */
  readonly backlogLimit?: number;
}

export const SSE_HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache, no-transform",
  // Proxies of the nginx family hold back what they stream unless told not to.
  "x-accel-buffering": "no",
} as const;

export class SseWriter {
  readonly #sink: SseSink;
  readonly #frame: number;
  readonly #backlogLimit: number;
  readonly #heartbeat: NodeJS.Timeout;
  readonly #closed = new AbortController();
  #gathered = "";
  #frameTimer: NodeJS.Timeout | undefined;
  #lastWrite = 0;
  #cutOff = false;
  #unsentWrites = 0;
  #sent = Promise.withResolvers<void>();

  /** Takes over the sink; its head must have been written already. */
  constructor(sink: SseSink, options: SseWriterOptions = {}) {
    this.#sink = sink;
    this.#frame = options.frame ?? 16;
    this.#backlogLimit = options.backlogLimit ?? 1024 * 1024;
    const interval = options.heartbeat ?? 15_000;
    this.#heartbeat = setInterval(() => this.#beat(interval), interval);
    this.#heartbeat.unref();
    sink.once("close", () => this.#stop());
    if (sink.destroyed) this.#stop();
    // A client learns that it is connected before there is anything to tell.
    else sink.flushHeaders?.();
  }

  /** Aborted when the client has gone, was cut off, or {@link end} was called. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** True when the client was sent away because it read too slowly. */
  get cutOff(): boolean {
    return this.#cutOff;
  }

  send(entries: readonly SequencedEvent[]): void {
    let text = "";
    for (const entry of entries) text += formatEvent(entry);
    this.#add(text);
  }

  sendMessage(message: SseMessage): void {
    this.#add(formatMessage(message));
  }

  /** Text that the functions of `format.ts` made, for a sender that serves the same event to many clients. */
  sendFormatted(text: string): void {
    this.#add(text);
  }

  comment(text?: string): void {
    this.#add(formatComment(text));
  }

  /**
   * Resolves when the client has read enough for more to be worth sending, or is gone. A producer that can wait (one that
   * reads from a log) awaits this after each `send`, and its client is never cut off for being slow.
   */
  async drained(): Promise<void> {
    this.#flush();
    while (this.#unsentWrites > 0 && !this.#closed.signal.aborted) await this.#sent.promise;
  }

  /** Sends what is gathered and ends the response. */
  end(): void {
    if (this.#closed.signal.aborted) return;
    this.#flush();
    this.#stop();
    this.#sink.end();
  }

  #add(text: string): void {
    if (this.#closed.signal.aborted || text === "") return;
    this.#gathered += text;
    if (this.#frame === 0 || performance.now() - this.#lastWrite >= this.#frame) this.#flush();
    else this.#frameTimer ??= setTimeout(() => this.#flush(), this.#frame);
  }

  #flush(): void {
    clearTimeout(this.#frameTimer);
    this.#frameTimer = undefined;
    if (this.#gathered === "" || this.#closed.signal.aborted) return;
    const text = this.#gathered;
    this.#gathered = "";
    this.#lastWrite = performance.now();
    this.#unsentWrites++;
    this.#sink.write(text, () => {
      this.#unsentWrites--;
      this.#wake();
    });
    if (this.#sink.writableLength <= this.#backlogLimit) return;
    this.#cutOff = true;
    this.#stop();
    this.#sink.destroy();
  }

  #beat(interval: number): void {
    if (performance.now() - this.#lastWrite >= interval - 1) this.#add(formatComment());
  }

  #stop(): void {
    clearInterval(this.#heartbeat);
    clearTimeout(this.#frameTimer);
    this.#closed.abort();
    this.#wake();
  }

  #wake(): void {
    this.#sent.resolve();
    this.#sent = Promise.withResolvers<void>();
  }
}
