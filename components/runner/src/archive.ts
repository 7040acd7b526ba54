/** What is left of a workspace when its pod ends: the diffs, and the artifacts as an archive, within a time. */
import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import type { ArchiveKind } from "@pilothouse/contracts/rest/transcripts";
import type { RepositoryDiff } from "@pilothouse/contracts/rest/runner";
import type { Logger } from "pino";
import { messageOf } from "./errors.ts";
import { TranscriptRefusal, type TranscriptClient } from "./transcript/client.ts";

const LARGEST_ARCHIVE = 64 * 1024 * 1024;

export interface ArchiveOptions {
  /** Of all repositories; undefined = there are none. */
  readonly diff: ((signal: AbortSignal) => Promise<RepositoryDiff[]>) | undefined;
  /** The folder of the artifacts. */
  readonly artifacts: string;
  readonly transcript: TranscriptClient;
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/**
 * Resolves with false when trying again may bring more: the time was too short, or the store did not take it. What cannot
 * be archived at all (a broken repository, too many artifacts) is logged and done with.
 */
export async function archiveWorkspace(options: ArchiveOptions): Promise<boolean> {
  const { diff, artifacts, transcript, signal, logger } = options;
  const archive = async (
    kind: ArchiveKind,
    contentType: string,
    make: () => Promise<string | Buffer | undefined>,
  ): Promise<boolean> => {
    let body: string | Buffer | undefined;
    try {
      body = await make();
    } catch (error) {
      logger.warn({ what: kind, reason: messageOf(error) }, "was not archived");
      return !signal.aborted;
    }
    if (body === undefined) return true;
    try {
      await transcript.archive(kind, body, contentType, signal);
      return true;
    } catch (error) {
      logger.warn({ what: kind, reason: messageOf(error) }, "was not archived");
      return error instanceof TranscriptRefusal && error.isFinal;
    }
  };
  const done = await Promise.all([
    archive("diff", "application/json", async () =>
      diff === undefined ? undefined : JSON.stringify({ items: await diff(signal) }),
    ),
    archive("artifacts", "application/gzip", async () => packFolder(artifacts, signal)),
  ]);
  return done.every(Boolean);
}

/** A gzipped tar of a folder; undefined when there is nothing in it. */
async function packFolder(folder: string, signal: AbortSignal): Promise<Buffer | undefined> {
  // An attempt that ended early has not made it.
  const names = await readdir(folder).catch(() => []);
  if (names.length === 0) return undefined;
  const child = spawn("tar", ["--create", "--gzip", "--directory", folder, "."], {
    stdio: ["ignore", "pipe", "ignore"],
    env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin" },
    signal,
  });
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const chunks: Buffer[] = [];
  let size = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > LARGEST_ARCHIVE) child.kill("SIGKILL");
    else chunks.push(chunk);
  });
  const code = await exited;
  if (size > LARGEST_ARCHIVE) throw new Error(`the artifacts are larger than ${LARGEST_ARCHIVE} bytes`);
  if (code !== 0) throw new Error(`tar ended with ${code ?? "a signal"}`);
  return Buffer.concat(chunks);
}
