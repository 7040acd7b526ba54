/**
 * The append-only event log of one session: numbers events, keeps them in segment files, and lets any number of readers
 * follow. An event is shown to readers only once it is written, so that a process that dies cannot have told anyone a
 * number that its successor gives to another event. Exactly one process has a folder open at a time (the session's pod).
 */
import { mkdir, open, readdir, readFile, truncate, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AguiError } from "../errors.ts";
import type { Event, SequencedEvent } from "../event/event.ts";
import { formatLine, scanSegment, segmentName, segmentStart } from "./segment.ts";
import { Tail } from "./tail.ts";

export interface EventLogOptions {
  /** Made when it does not exist. */
  readonly directory: string;
  /** A segment that has grown past this many bytes is followed by a new one. Default 4 MiB. */
  readonly segmentBytes?: number;
  /** How many events are kept in memory for readers. Default 4096. */
  readonly tailEvents?: number;
  /** Pending text (characters) above which {@link EventLog.writable} makes writers wait. Default 1 MiB. */
  readonly highWater?: number;
  /** Told of writes that failed and will be tried again (a full disk, most often). */
  readonly onProblem?: (error: unknown) => void;
  /** Milliseconds between such tries. Default 500. */
  readonly retryMilliseconds?: number;
}

export interface ReadOptions {
  /** The reader has events up to here; 0 = from the beginning. */
  readonly after?: number;
  /** Stay and deliver events as they come; otherwise end with the last event that is written now. */
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
  /** Most events in one batch. Default 512. */
  readonly batch?: number;
}

interface Segment {
  readonly firstSeq: number;
  readonly path: string;
}

interface Waiter {
  condition(): boolean;
  resolve(): void;
}

export class EventLog {
  readonly #options: Required<EventLogOptions>;
  readonly #segments: Segment[];
  readonly #tail: Tail;
  #handle: FileHandle | undefined;
  #segmentSize: number;
  /** The last number given out; its event may still be on its way to the disk. */
  #numbered: number;
  /** The last event that readers may see. */
  #written: number;
  #pending: SequencedEvent[] = [];
  #pendingLines: string[] = [];
  #pendingBytes = 0;
  #writing = false;
  #advance = Promise.withResolvers<void>();
  #waiters: Waiter[] = [];
  #closed = false;
  /** How many bytes were cut off at open, because the line that they begin with was torn. */
  readonly repairedBytes: number;

  private constructor(
    options: Required<EventLogOptions>,
    segments: Segment[],
    last: { seq: number; size: number; events: SequencedEvent[]; repairedBytes: number },
  ) {
    this.#options = options;
    this.#segments = segments;
    this.#tail = new Tail(options.tailEvents);
    this.#tail.push(last.events);
    this.#segmentSize = last.size;
    this.#numbered = last.seq;
    this.#written = last.seq;
    this.repairedBytes = last.repairedBytes;
  }

  /**
   * Opens the log in a folder, and cuts off a last line that a dying process left torn.
   *
   * @throws AguiError LOG_CORRUPT when an event is missing between two others
   */
  static async open(options: EventLogOptions): Promise<EventLog> {
    const full: Required<EventLogOptions> = {
      segmentBytes: 4 * 1024 * 1024,
      tailEvents: 4096,
      highWater: 1024 * 1024,
      onProblem: () => undefined,
      retryMilliseconds: 500,
      ...options,
    };
    await mkdir(full.directory, { recursive: true });
    const segments = (await readdir(full.directory))
      .map((name) => ({ firstSeq: segmentStart(name), path: join(full.directory, name) }))
      .filter((segment): segment is Segment => segment.firstSeq !== undefined)
      .sort((a, b) => a.firstSeq - b.firstSeq);
    const newest = segments.at(-1);
    if (newest === undefined) return new EventLog(full, segments, { seq: 0, size: 0, events: [], repairedBytes: 0 });
    const bytes = await readFile(newest.path);
    const { events, wholeBytes } = scanSegment(bytes, newest.firstSeq, newest.path, true);
    const repairedBytes = bytes.length - wholeBytes;
    if (repairedBytes > 0) await truncate(newest.path, wholeBytes);
    const seq = newest.firstSeq + events.length - 1;
    return new EventLog(full, segments, { seq, size: wholeBytes, events, repairedBytes });
  }

  /** Number of the newest event that readers can see. 0 = none yet. */
  get lastSeq(): number {
    return this.#written;
  }

  /** Number of the oldest event that is held; 1 unless the log began after {@link skipTo}. */
  get firstSeq(): number {
    return this.#segments[0]?.firstSeq ?? this.#written + 1;
  }

  /** Gives the event its number and takes it for writing. Readers see it once it is written. */
  append(event: Event): SequencedEvent {
    if (this.#closed) throw new AguiError("LOG_CLOSED", `${this.#options.directory}: the event log is closed`);
    const entry: SequencedEvent = { seq: ++this.#numbered, event };
    const line = formatLine(entry);
    this.#pending.push(entry);
    this.#pendingLines.push(line);
    this.#pendingBytes += line.length;
    if (!this.#writing) void this.#write();
    return entry;
  }

  /**
   * Numbers on from `seq`, when another copy of this log is known to hold events up to there (a lost disk). The events
   * in between are not readable here.
   */
  async skipTo(seq: number): Promise<void> {
    await this.flush();
    if (seq <= this.#numbered) return;
    await this.#handle?.close();
    this.#handle = undefined;
    this.#tail.clear();
    this.#segmentSize = Number.POSITIVE_INFINITY;
    this.#numbered = seq;
    this.#written = seq;
    this.#notify();
  }

  /** Resolves when a producer may go on: the disk has kept up. Producers that can wait should await it. */
  async writable(): Promise<void> {
    await this.#until(() => this.#pendingBytes <= this.#options.highWater);
  }

  /** Resolves when everything appended so far is written (it then survives the death of this process). */
  async flush(): Promise<void> {
    const seq = this.#numbered;
    await this.#until(() => this.#written >= seq);
  }

  /** As {@link flush}, and the disk has confirmed it (it then survives the loss of power). Called at run boundaries. */
  async sync(): Promise<void> {
    await this.flush();
    const handle = this.#handle;
    try {
      await handle?.datasync();
    } catch (error) {
      // A segment that is replaced meanwhile is confirmed before it is closed.
      if (handle === this.#handle) throw error;
    }
  }

  /**
   * Batches of events in order, each event once. The reader pulls: one that is slow falls back on the files and costs no
   * memory. Ends when the signal aborts or the log is closed; an abort is not an error.
   */
  async *read(options: ReadOptions = {}): AsyncGenerator<SequencedEvent[], void> {
    const { follow = false, signal, batch = 512 } = options;
    let position = Math.max(options.after ?? 0, this.firstSeq - 1);
    const end = follow ? Number.POSITIVE_INFINITY : this.#written;
    const aborted = (): boolean => signal?.aborted ?? false;
    while (position < end && !aborted()) {
      if (position >= this.#written) {
        if (this.#closed) return;
        await this.#advanced(signal);
        continue;
      }
      const held = this.#tail.after(position, batch) ?? (await this.#fromDisk(position));
      const events = held.filter((entry) => entry.seq > position && entry.seq <= Math.min(end, this.#written));
      for (let index = 0; index < events.length; index += batch) {
        const part = events.slice(index, index + batch);
        position = part.at(-1)?.seq ?? position;
        yield part;
        if (aborted()) return;
      }
      if (events.length === 0) position = this.#nextHeld(position);
    }
  }

  /** Writes what is pending, confirms it on disk, and ends all readers. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    // The writer goes on trying; a disk that stays full must not hold the process for ever.
    await Promise.race([this.sync().catch(this.#options.onProblem), sleep(5_000, undefined, { ref: false })]);
    this.#notify();
    await this.#handle?.close();
    this.#handle = undefined;
  }

  async #write(): Promise<void> {
    this.#writing = true;
    // Events appended in one turn of the event loop go into one write.
    await Promise.resolve();
    while (this.#pending.length > 0) {
      const batch = this.#pending;
      const lines = this.#pendingLines.join("");
      this.#pending = [];
      this.#pendingLines = [];
      await this.#writeUntilDone(batch, Buffer.from(lines));
      this.#written = batch.at(-1)?.seq ?? this.#written;
      this.#pendingBytes -= lines.length;
      this.#tail.push(batch);
      this.#notify();
    }
    this.#writing = false;
  }

  async #writeUntilDone(batch: readonly SequencedEvent[], bytes: Buffer): Promise<void> {
    for (;;) {
      try {
        const handle = await this.#segmentFor(batch[0]?.seq ?? this.#numbered);
        for (let done = 0; done < bytes.length;) {
          const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, this.#segmentSize + done);
          done += bytesWritten;
        }
        this.#segmentSize += bytes.length;
        return;
      } catch (error) {
        this.#options.onProblem(error);
        await sleep(this.#options.retryMilliseconds);
        // Whatever part of the batch arrived is written again at the same place.
        await this.#handle?.truncate(this.#segmentSize).catch(this.#options.onProblem);
      }
    }
  }

  async #segmentFor(seq: number): Promise<FileHandle> {
    const current = this.#segments.at(-1);
    if (current !== undefined && this.#segmentSize < this.#options.segmentBytes) {
      this.#handle ??= await open(current.path, "r+");
      return this.#handle;
    }
    const path = join(this.#options.directory, segmentName(seq));
    await this.#handle?.datasync();
    await this.#handle?.close();
    this.#handle = undefined;
    const next = await open(path, "w");
    this.#handle = next;
    this.#segments.push({ firstSeq: seq, path });
    this.#segmentSize = 0;
    await syncDirectory(this.#options.directory);
    return next;
  }

  async #fromDisk(position: number): Promise<SequencedEvent[]> {
    const index = this.#segments.findLastIndex((segment) => segment.firstSeq <= position + 1);
    const segment = this.#segments[index];
    if (segment === undefined) return [];
    // The newest segment may be in the middle of a write; what is not written yet is filtered by the caller.
    const isNewest = index === this.#segments.length - 1;
    const { events } = scanSegment(await readFile(segment.path), segment.firstSeq, segment.path, isNewest);
    return events.slice(Math.max(0, position + 1 - segment.firstSeq));
  }

  /** Over a hole that {@link skipTo} left. */
  #nextHeld(position: number): number {
    const next = this.#segments.find((segment) => segment.firstSeq > position + 1);
    return (next?.firstSeq ?? this.#written + 1) - 1;
  }

  #notify(): void {
    this.#advance.resolve();
    this.#advance = Promise.withResolvers<void>();
    const satisfied = this.#waiters.filter((waiter) => waiter.condition());
    if (satisfied.length === 0) return;
    this.#waiters = this.#waiters.filter((waiter) => !satisfied.includes(waiter));
    for (const waiter of satisfied) waiter.resolve();
  }

  async #until(condition: () => boolean): Promise<void> {
    if (condition()) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiters.push({ condition, resolve });
    await promise;
  }

  async #advanced(signal: AbortSignal | undefined): Promise<void> {
    if (signal === undefined) return this.#advance.promise;
    const { promise, resolve } = Promise.withResolvers<void>();
    const onAbort = (): void => resolve();
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      await Promise.race([this.#advance.promise, promise]);
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }
}

/** Without it a power loss may forget that the file exists. */
async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
