/** What is left of a workspace when its pod ends: the diffs, and the artifacts as an archive. Best effort, within a time. */
import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import type { Logger } from "pino";
import { messageOf } from "./errors.ts";
import type { TranscriptClient } from "./transcript/client.ts";
import type { Workspace } from "./workspace/workspace.ts";

const LARGEST_ARCHIVE = 64 * 1024 * 1024;

export interface ArchiveOptions {
  readonly workspace: Workspace;
  readonly transcript: TranscriptClient;
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

export async function archiveWorkspace(options: ArchiveOptions): Promise<void> {
  const { workspace, transcript, signal, logger } = options;
  const attempt = async (what: string, work: () => Promise<void>): Promise<void> =>
    work().catch((error: unknown) => logger.warn({ what, reason: messageOf(error) }, "was not archived"));
  await Promise.all([
    attempt("diff", async () => {
      if (workspace.repositories.places.length === 0) return;
      const items = await workspace.diff(undefined, signal);
      await transcript.archive("diff", JSON.stringify({ items }), "application/json", signal);
    }),
    attempt("artifacts", async () => {
      const archive = await packFolder(workspace.artifacts, signal);
      if (archive !== undefined) await transcript.archive("artifacts", archive, "application/gzip", signal);
    }),
  ]);
}

/** A gzipped tar of a folder; undefined when there is nothing in it. */
async function packFolder(folder: string, signal: AbortSignal): Promise<Buffer | undefined> {
  if ((await readdir(folder)).length === 0) return undefined;
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
