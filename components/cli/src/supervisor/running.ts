/** Which process supervises a data directory. */
import { setTimeout as delay } from "node:timers/promises";
import { CliError } from "../errors.ts";
import type { DataDirectory } from "./data-directory.ts";
import { lockHolder, type LockHolder, tryLock } from "./lock-file.ts";

/** The live supervisor of a data directory, or undefined. */
export function runningSupervisor(directory: DataDirectory): LockHolder | undefined {
  return lockHolder(directory.supervisorFile);
}

/** A process that was just killed may need this long to be gone. */
const DYING_MS = 1_000;

/**
 * Takes the data directory for this process.
 * @returns a function that gives it back
 */
export async function takeDataDirectory(directory: DataDirectory): Promise<() => void> {
  const deadline = Date.now() + DYING_MS;
  for (;;) {
    const lock = tryLock(directory.supervisorFile);
    if ("release" in lock) return lock.release;
    if (Date.now() > deadline) throw alreadyRunning(directory, lock.heldBy.pid);
    await delay(50);
  }
}

function alreadyRunning(directory: DataDirectory, pid: number): CliError {
  return new CliError(
    "ALREADY_RUNNING",
    `Pilothouse is already running on ${directory.path} (process ${pid}). ` +
      `Stop it with "./pilothouse down --data-dir ${directory.path}", or start another one with another --data-dir.`,
  );
}
