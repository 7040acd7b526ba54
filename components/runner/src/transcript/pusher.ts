/**
 * Brings the event log to the backend's transcript store. It reads from the log, so it can fall behind by any amount
 * without holding memory or the agent; the store says up to where it has everything, and a gap is filled from there.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { EventLog, SequencedEvent } from "@pilothouse/agui";
import type { Logger } from "pino";
import { messageOf } from "../errors.ts";
import type { TranscriptClient } from "./client.ts";

export interface TranscriptPusherOptions {
  readonly log: EventLog;
  readonly client: TranscriptClient;
  readonly logger: Logger;
  /** Most events and characters of JSON per request. Defaults 500 and 512 Ki. */
  readonly batchEvents?: number;
  readonly batchLength?: number;
  /** Milliseconds to wait after a failure, doubled up to `longestBackoff`. Defaults 250 and 30 000. */
  readonly backoff?: number;
  readonly longestBackoff?: number;
  /** Milliseconds between signs of life to the store, which keeps what lives. Default half an hour. */
  readonly signOfLife?: number;
}

const SIGN_OF_LIFE = 30 * 60_000;

export class TranscriptPusher {
  readonly #options: TranscriptPusherOptions;
  readonly #stopped = new AbortController();
  #position = 0;
  #advance = Promise.withResolvers<void>();
  #loop: Promise<void> | undefined;
  #nudge = new AbortController();
  #urgent = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: TranscriptPusherOptions) {
    this.#options = options;
  }

  /** The store has every event up to here. */
  get position(): number {
    return this.#position;
  }

  /** Begins after the position that the store is known to have. */
  start(position: number): void {
    this.#position = position;
    this.#loop ??= this.#run();
    this.#timer ??= setInterval(() => this.#giveSign(), this.#options.signOfLife ?? SIGN_OF_LIFE);
    this.#timer.unref();
  }

  /** Resolves with true once the store has what the log has now, with false when the signal aborts first. */
  async flush(signal: AbortSignal): Promise<boolean> {
    const target = this.#options.log.lastSeq;
    const aborted = new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
    // A flush does not wait for the end of a long pause.
    this.#urgent = true;
    this.#nudge.abort();
    while (this.#position < target && !signal.aborted) await Promise.race([this.#advance.promise, aborted]);
    this.#urgent = false;
    return this.#position >= target;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopped.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { logger, backoff = 250, longestBackoff = 30_000 } = this.#options;
    const { signal } = this.#stopped;
    let failures = 0;
    while (!signal.aborted) {
      const before = this.#position;
      try {
        await this.#follow(signal);
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        failures = this.#position > before ? 1 : failures + 1;
        logger.warn({ reason: messageOf(error), failures, position: this.#position }, "the transcript waits");
        await this.#pause(Math.min(longestBackoff, backoff * 2 ** Math.min(failures - 1, 10)));
      }
    }
  }

  /** Sends what comes, until the store says that it lacks something, which begins anew from there. */
  async #follow(signal: AbortSignal): Promise<void> {
    const { log, client, batchEvents = 500, batchLength = 512 * 1024 } = this.#options;
    const reading = log.read({ after: this.#position, follow: true, signal, batch: batchEvents });
    for await (const batch of reading) {
      for (const part of inParts(batch, batchLength)) {
        const expected = part.at(-1)?.seq ?? this.#position;
        const { lastSeq } = await client.append(part, signal);
        this.#moveTo(lastSeq);
        if (lastSeq < expected) return;
      }
    }
  }

  /** A store that does not hear it hears the next. */
  #giveSign(): void {
    this.#options.client.position(this.#stopped.signal).catch((error: unknown) => {
      this.#options.logger.debug({ reason: messageOf(error) }, "the transcript store did not hear a sign of life");
    });
  }

  #moveTo(seq: number): void {
    this.#position = Math.min(seq, this.#options.log.lastSeq);
    this.#advance.resolve();
    this.#advance = Promise.withResolvers<void>();
  }

  async #pause(milliseconds: number): Promise<void> {
    this.#nudge = new AbortController();
    const signal = AbortSignal.any([this.#nudge.signal, this.#stopped.signal]);
    const longest = this.#urgent ? Math.min(milliseconds, 250) : milliseconds;
    // Many runners find the backend again at the same moment.
    await sleep(longest * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
  }
}

function inParts(batch: readonly SequencedEvent[], length: number): SequencedEvent[][] {
  const parts: SequencedEvent[][] = [];
  let part: SequencedEvent[] = [];
  let size = 0;
  for (const entry of batch) {
    const weight = JSON.stringify(entry.event).length;
    if (part.length > 0 && size + weight > length) {
      parts.push(part);
      part = [];
      size = 0;
    }
    part.push(entry);
    size += weight;
  }
  return part.length === 0 ? parts : [...parts, part];
}
