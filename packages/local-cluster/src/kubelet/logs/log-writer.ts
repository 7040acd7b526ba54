/** Writes a container's output to its log file: split into lines, stamped, rotated by size, in order, one write at a time. */
import { constants } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { OutputSink } from "../process/index.ts";
import { type LogStream, logLinePrefix } from "./log-line.ts";

/** Longer lines are stored in pieces, as container runtimes do. */
const MAX_LINE_BYTES = 16 * 1024;
const FULL_BYTES = 1024 * 1024;
const NEWLINE = 0x0a;
const newline = Buffer.from("\n");

export interface LogWriterOptions {
  readonly maxFileBytes: number;
  /** Files that are kept per container, the present one included. */
  readonly maxFiles: number;
  readonly now: () => Date;
  /** Called when something could not be written; the output is then lost, the container goes on. */
  readonly onError: (error: unknown) => void;
}

export class LogWriter implements OutputSink {
  readonly path: string;
  readonly #options: LogWriterOptions;
  readonly #unfinished: Record<LogStream, Buffer> = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #writing: Promise<void> | undefined;
  #drained: (() => void)[] = [];
  #file: FileHandle | undefined;
  #size = 0;
  #rotation = 0;
  #closed = false;
  #changed = Promise.withResolvers<void>();

  constructor(path: string, options: LogWriterOptions) {
    this.path = path;
    this.#options = options;
  }

  get full(): boolean {
    return this.#pendingBytes > FULL_BYTES;
  }

  get closed(): boolean {
    return this.#closed;
  }

  onDrained(callback: () => void): void {
    this.#drained.push(callback);
  }

  /** Resolves at the next write to the file, or when the log is closed: what a follower waits for. */
  get changed(): Promise<void> {
    return this.#closed ? Promise.resolve() : this.#changed.promise;
  }

  write(stream: LogStream, chunk: Buffer): void {
    const now = this.#options.now();
    const whole = logLinePrefix(now, stream, "F");
    const before = this.#unfinished[stream];
    const bytes = before.length === 0 ? chunk : Buffer.concat([before, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      start = this.#addPieces(now, stream, bytes, start, end);
      this.#add(whole, bytes.subarray(start, end + 1));
      start = end + 1;
    }
    start = this.#addPieces(now, stream, bytes, start, bytes.length);
    this.#unfinished[stream] = Buffer.from(bytes.subarray(start));
    this.#flush();
  }

  /** Stores what is too long for one entry in pieces, and answers where the last piece, which is not too long, begins. */
  #addPieces(now: Date, stream: LogStream, bytes: Buffer, from: number, end: number): number {
    let start = from;
    for (; end - start > MAX_LINE_BYTES; start += MAX_LINE_BYTES) {
      this.#add(logLinePrefix(now, stream, "P"), bytes.subarray(start, start + MAX_LINE_BYTES), newline);
    }
    return start;
  }

  #add(...parts: Buffer[]): void {
    for (const part of parts) {
      this.#pending.push(part);
      this.#pendingBytes += part.length;
    }
  }

  #flush(): void {
    if (this.#writing || this.#pending.length === 0) return;
    this.#writing = this.#writePending()
      .catch((error: unknown) => {
        this.#pending = [];
        this.#pendingBytes = 0;
        this.#options.onError(error);
      })
      .finally(() => {
        this.#writing = undefined;
        for (const callback of this.#drained.splice(0)) callback();
        this.#announce();
        this.#flush();
      });
  }

  async #writePending(): Promise<void> {
    while (this.#pending.length > 0) {
      const entries = this.#pending;
      this.#pending = [];
      const bytes = Buffer.concat(entries);
      if (this.#size > 0 && this.#size + bytes.length > this.#options.maxFileBytes) await this.#rotate();
      const file = (this.#file ??= await this.#open());
      await file.writev([bytes]);
      this.#size += bytes.length;
      this.#pendingBytes -= bytes.length;
      this.#announce();
    }
  }

  #announce(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }

  async #open(): Promise<FileHandle> {
    await mkdir(dirname(this.path), { recursive: true });
    return open(this.path, constants.O_CREAT | constants.O_APPEND | constants.O_WRONLY, 0o600);
  }

  async #rotate(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
    this.#size = 0;
    this.#rotation += 1;
    await rename(this.path, `${this.path}.${String(this.#rotation).padStart(6, "0")}`);
    const old = (await rotatedFiles(this.path)).toReversed().slice(Math.max(this.#options.maxFiles - 1, 0));
    await Promise.all(old.map((path) => rm(path, { force: true })));
  }

  /** Writes what is left, an unfinished last line too, and ends the log. */
  async close(): Promise<void> {
    const now = this.#options.now();
    for (const stream of ["stdout", "stderr"] as const) {
      const rest = this.#unfinished[stream];
      if (rest.length > 0) this.#add(logLinePrefix(now, stream, "F"), rest, newline);
      this.#unfinished[stream] = Buffer.alloc(0);
    }
    this.#flush();
    while (this.#writing) await this.#writing;
    // A container that printed nothing has an empty log, not none.
    this.#file ??= await this.#open().catch(() => undefined);
    await this.#file?.close();
    this.#file = undefined;
    this.#closed = true;
    this.#changed.resolve();
  }
}

/** Files that were rotated away, oldest first. */
export async function rotatedFiles(path: string): Promise<string[]> {
  const prefix = `${basename(path)}.`;
  const names = await readdir(dirname(path)).catch(() => []);
  return names
    .filter((name) => name.startsWith(prefix))
    .sort()
    .map((name) => join(dirname(path), name));
}
