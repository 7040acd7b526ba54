import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LogOptions, readLogs } from "./log-reader.ts";
import { LogWriter, type LogWriterOptions, rotatedFiles } from "./log-writer.ts";

let directory = "";
let time = Date.parse("2026-01-02T03:04:05.678Z");

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "pilothouse-logs-"));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

function writer(options: Partial<LogWriterOptions> = {}): LogWriter {
  const fail = (error: unknown) => {
    throw error;
  };
  const now = () => new Date(time);
  return new LogWriter(join(directory, "0.log"), {
    maxFileBytes: 1 << 20,
    maxFiles: 3,
    now,
    onError: fail,
    ...options,
  });
}

async function read(options: LogOptions = {}, from?: LogWriter): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of readLogs(join(directory, "0.log"), options, new Date(time), from)) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

describe("container logs", () => {
  it("come back as they were written, with the last line ended", async () => {
    const log = writer();
    log.write("stdout", Buffer.from("one\ntw"));
    log.write("stderr", Buffer.from("problem\n"));
    log.write("stdout", Buffer.from("o\n\nlast"));
    await log.close();
    expect(await read()).toBe("one\nproblem\ntwo\n\nlast\n");
    expect(await read({ timestamps: true, tailLines: 1 })).toBe("2026-01-02T03:04:05.678000000Z last\n");
  });

  it("keep multi-byte characters and long lines whole", async () => {
    const log = writer();
    const line = `${"é".repeat(20_000)}end`;
    const bytes = Buffer.from(`${line}\n`);
    log.write("stdout", bytes.subarray(0, 17_001));
    log.write("stdout", bytes.subarray(17_001));
    await log.close();
    expect(await read()).toBe(`${line}\n`);
    expect(await read({ timestamps: true })).toBe(`2026-01-02T03:04:05.678000000Z ${line}\n`);
    expect(await read({ tailLines: 1 })).toBe(`${line}\n`);
  });

  it.each([
    [0, ""],
    [1, "line 9\n"],
    [3, "line 7\nline 8\nline 9\n"],
    [99, Array.from({ length: 10 }, (_, index) => `line ${index}\n`).join("")],
  ])("answer the last %d lines", async (tailLines, expected) => {
    const log = writer();
    for (let index = 0; index < 10; index += 1) log.write("stdout", Buffer.from(`line ${index}\n`));
    await log.close();
    expect(await read({ tailLines })).toBe(expected);
  });

  it("answer what came since a time, and no more bytes than asked for", async () => {
    const log = writer();
    log.write("stdout", Buffer.from("early\n"));
    time += 60_000;
    log.write("stdout", Buffer.from("late\n"));
    await log.close();
    expect(await read({ sinceSeconds: 30 })).toBe("late\n");
    expect(await read({ sinceTime: new Date(time).toISOString() })).toBe("late\n");
    expect(await read({ limitBytes: 8 })).toBe("early\nla");
  });

  it("rotate by size, keep so many files, and are read across them", async () => {
    const log = writer({ maxFileBytes: 1000 });
    const lines = Array.from({ length: 100 }, (_, index) => `line ${String(index).padStart(3, "0")}\n`);
    for (const line of lines) {
      log.write("stdout", Buffer.from(line));
      await log.changed;
    }
    await log.close();
    expect((await rotatedFiles(log.path)).length).toBe(2);
    const text = await read();
    expect(lines.join("").endsWith(text)).toBe(true);
    expect(text.split("\n").length).toBeGreaterThan(40);
    expect(await read({ tailLines: 30 })).toBe(lines.slice(-30).join(""));
  });

  it("are followed without a gap, over rotations, until the container ends", async () => {
    const log = writer({ maxFileBytes: 2000, maxFiles: 100 });
    log.write("stdout", Buffer.from("first\n"));
    await log.changed;
    const followed = read({ follow: true }, log);
    let expected = "first\n";
    for (let index = 0; index < 300; index += 1) {
      const line = `line ${index}\n`;
      expected += line;
      log.write("stdout", Buffer.from(line));
      if (index % 7 === 0) await log.changed;
    }
    await log.close();
    expect(await followed).toBe(expected);
  });

  it("stop being followed when the reader goes away", async () => {
    const log = writer();
    log.write("stdout", Buffer.from("first\n"));
    await log.changed;
    expect(await read({ follow: true, signal: AbortSignal.timeout(50) }, log)).toBe("first\n");
    await log.close();
  });

  it("tell the process to wait while the disk is behind, and to go on", async () => {
    const log = writer({ maxFileBytes: 1 << 30 });
    log.write("stdout", Buffer.alloc(4 << 20, `${"x".repeat(63)}\n`));
    expect(log.full).toBe(true);
    await new Promise<void>((resolve) => {
      log.onDrained(resolve);
    });
    expect(log.full).toBe(false);
    await log.close();
  });
});
