// One process at a time on a data directory. The lock is the operating system's own, held through a SQLite transaction,
// so it ends with the process, however that ends.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";

export interface DirectoryLock {
  release(): void;
}

/** Takes the lock, or returns the process id of the holder (undefined when it could not be read). */
export function lockDirectory(directory: string): DirectoryLock | { readonly holder: number | undefined } {
  const database = new DatabaseSync(path.join(directory, "lock"));
  const pidFile = path.join(directory, "lock.pid");
  try {
    database.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if (!(error instanceof Error) || !/locked|busy/i.test(error.message)) throw error;
    return { holder: readPid(pidFile) };
  }
  writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 });
  return { release: () => database.close() };
}

function readPid(file: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(file, "utf8"), 10);
    return Number.isNaN(pid) ? undefined : pid;
  } catch {
    return undefined;
  }
}
