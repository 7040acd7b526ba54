/** Reads container logs the way `kubectl logs` asks for them: last lines, since a time, stamped, limited, followed. */
import { type FileHandle, open, stat } from "node:fs/promises";
import { type LogLine, parseLogLine } from "./log-line.ts";
import { type LogWriter, rotatedFiles } from "./log-writer.ts";

export interface LogOptions {
  readonly follow?: boolean;
  readonly previous?: boolean;
  readonly timestamps?: boolean;
  readonly tailLines?: number;
  readonly sinceSeconds?: number;
  /** RFC 3339. */
  readonly sinceTime?: string;
  readonly limitBytes?: number;
  readonly signal?: AbortSignal;
}

const CHUNK_BYTES = 64 * 1024;
const NEWLINE = 0x0a;
const newline = Buffer.from("\n");

/**
 * @param writer the log's writer while the container runs: with `follow` reading goes on until it is closed
 */
export async function* readLogs(
  path: string,
  options: LogOptions,
  now: Date,
  writer: LogWriter | undefined,
): AsyncGenerator<Uint8Array, void> {
  const render = lineRenderer(options, now);
  const limit = byteLimit(options.limitBytes);
  const { signal } = options;
  const position: Position = { file: undefined, carry: Buffer.alloc(0) };
  try {
    for await (const block of history(path, options, render, position)) {
      yield* limit.take(block);
      if (limit.reached || signal?.aborted === true) return;
    }
    if (options.follow !== true || !writer) return;
    for (;;) {
      // Taken before reading: what is written while we read must wake us again.
      const { changed, closed } = writer;
      for await (const lines of readNewLines(path, position)) {
        yield* limit.take(renderAll(lines, render));
        if (limit.reached || signal?.aborted === true) return;
      }
      if (closed) return;
      await untilChanged(changed, signal);
      if (signal?.aborted === true) return;
    }
  } finally {
    await position.file?.close();
  }
}

interface Position {
  /** The file that is being read at its end; it may have been rotated away since. */
  file: FileHandle | undefined;
  /** The beginning of a line whose end is not written yet. */
  carry: Buffer;
}

type Renderer = (line: LogLine) => Buffer | undefined;

function lineRenderer(options: LogOptions, now: Date): Renderer {
  const { sinceSeconds, sinceTime, timestamps } = options;
  let since = Number.NEGATIVE_INFINITY;
  if (sinceSeconds !== undefined) since = now.getTime() - sinceSeconds * 1000;
  else if (sinceTime !== undefined) since = Date.parse(sinceTime);
  let atLineStart = true;
  return (line) => {
    if (Date.parse(line.time) < since) return undefined;
    const stamp = timestamps === true && atLineStart ? Buffer.from(`${line.time} `) : Buffer.alloc(0);
    atLineStart = line.tag === "F";
    return Buffer.concat(atLineStart ? [stamp, line.text, newline] : [stamp, line.text]);
  };
}

function renderAll(lines: readonly LogLine[], render: Renderer): Buffer {
  return Buffer.concat(lines.map(render).filter((rendered) => rendered !== undefined));
}

/** What is in the files now. With `tailLines` only as many files are read as hold that many lines. */
async function* history(
  path: string,
  options: LogOptions,
  render: Renderer,
  position: Position,
): AsyncGenerator<Buffer, void> {
  if (options.tailLines === undefined) {
    // From the oldest file on; reading goes over into its successors by itself.
    const [oldest = path] = await rotatedFiles(path);
    position.file = await open(oldest, "r").catch(() => undefined);
    for await (const lines of readNewLines(path, position)) yield renderAll(lines, render);
    return;
  }
  position.file = await open(path, "r").catch(() => undefined);
  const older = await filesBefore(path, position.file);
  let tail: LogLine[] = [];
  for await (const lines of readNewLines(path, position)) tail = lastLines([...tail, ...lines], options.tailLines);
  for (const rotated of older.toReversed()) {
    if (tail.filter((line) => line.tag === "F").length >= options.tailLines) break;
    let before: LogLine[] = [];
    for await (const lines of fileLines(rotated)) before = lastLines([...before, ...lines], options.tailLines);
    tail = lastLines([...before, ...tail], options.tailLines);
  }
  yield renderAll(tail, render);
}

/** Rotated files that are older than the open one, which itself may have been rotated since it was opened. */
async function filesBefore(path: string, file: FileHandle | undefined): Promise<string[]> {
  const rotated = await rotatedFiles(path);
  const own = await file?.stat();
  const numbers = await Promise.all(rotated.map((each) => inode(each)));
  const index = own === undefined ? -1 : numbers.indexOf(own.ino);
  return index < 0 ? rotated : rotated.slice(0, index);
}

async function inode(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ ino }) => ino,
    () => undefined,
  );
}

/** The entries of the last `count` lines; a line may consist of several entries. */
function lastLines(entries: LogLine[], count: number): LogLine[] {
  if (count <= 0) return [];
  let lines = 0;
  for (let index = entries.length - 1; index >= 0; index -= 1) {
    if (entries[index]?.tag === "F") lines += 1;
    if (lines > count) return entries.slice(index + 1);
  }
  return entries;
}

/** One file alone, without its successors. */
async function* fileLines(path: string): AsyncGenerator<LogLine[], void> {
  const position: Position = { file: await open(path, "r").catch(() => undefined), carry: Buffer.alloc(0) };
  try {
    yield* readToEnd(position);
  } finally {
    await position.file?.close();
  }
}

async function* readToEnd(position: Position): AsyncGenerator<LogLine[], void> {
  for (;;) {
    const read = await position.file?.read({ buffer: Buffer.allocUnsafe(CHUNK_BYTES) });
    if (!read || read.bytesRead === 0) return;
    yield splitLines(position, read.buffer.subarray(0, read.bytesRead));
  }
}

/** Reads from the position to the end of the log, over all files that have been begun since the open one was rotated away. */
async function* readNewLines(path: string, position: Position): AsyncGenerator<LogLine[], void> {
  position.file ??= await open(path, "r").catch(() => undefined);
  for (;;) {
    yield* readToEnd(position);
    const next = await successor(path, position.file);
    if (!next) return;
    // Between our last read and the rotation something may have been added.
    yield* readToEnd(position);
    await position.file?.close();
    position.file = next;
  }
}

/** The file after the open one; undefined when the open one is still being written. */
async function successor(path: string, file: FileHandle | undefined): Promise<FileHandle | undefined> {
  if (!file) return undefined;
  const own = (await file.stat()).ino;
  for (;;) {
    const files = [...(await rotatedFiles(path)), path];
    const numbers = await Promise.all(files.map((each) => inode(each)));
    const index = numbers.indexOf(own);
    if (index === files.length - 1) return undefined;
    // When ours has been dropped for its age, the oldest that is left comes next.
    const next = files[index + 1];
    if (next === undefined || numbers[index + 1] === undefined) return undefined;
    const opened = await open(next, "r").catch(() => undefined);
    // The last one may have been rotated while we looked: then it was another file that we opened.
    if (opened && (await opened.stat()).ino === numbers[index + 1]) return opened;
    await opened?.close();
  }
}

function splitLines(position: Position, chunk: Buffer): LogLine[] {
  let rest = position.carry.length === 0 ? chunk : Buffer.concat([position.carry, chunk]);
  const lines: LogLine[] = [];
  for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
    const line = parseLogLine(rest.subarray(0, end));
    if (line) lines.push(line);
    rest = rest.subarray(end + 1);
  }
  position.carry = rest;
  return lines;
}

function byteLimit(limitBytes: number | undefined) {
  let left = limitBytes ?? Number.POSITIVE_INFINITY;
  return {
    get reached() {
      return left <= 0;
    },
    *take(block: Buffer): Generator<Buffer, void> {
      const taken = block.length > left ? block.subarray(0, left) : block;
      left -= taken.length;
      if (taken.length > 0) yield taken;
    },
  };
}

async function untilChanged(changed: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return changed;
  if (signal.aborted) return undefined;
  const aborted = Promise.withResolvers<void>();
  const abort = () => aborted.resolve();
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([changed, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
