/** A lock held by a process: its record in a file, with its start time, so that a reused pid is not mistaken for it. */
import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { z } from "zod";
import { isCode } from "./data-directory.ts";

const LockHolder = z.object({ pid: z.int().positive(), startTime: z.string() });
export type LockHolder = z.infer<typeof LockHolder>;

/**
 * Start time of a process in kernel ticks since boot (field 22 of /proc/PID/stat), or undefined when there is none.
 * A process that has ended and that nobody has waited for yet (state Z or X) counts as none.
 */
function processStartTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the command in parentheses and may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function isAlive(holder: LockHolder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (isCode(error, "ESRCH")) return false;
  }
  const startTime = processStartTime(holder.pid);
  return startTime === undefined ? process.platform !== "linux" : startTime === holder.startTime;
}

/** The live process that holds `file`, or undefined. */
export function lockHolder(file: string): LockHolder | undefined {
  try {
    const holder = LockHolder.parse(JSON.parse(readFileSync(file, "utf8")));
    return isAlive(holder) ? holder : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Takes `file` for this process; what a dead process left is taken over. Of two at once only one gets it, since the
 * file is created exclusively.
 * @returns a function that gives it back, or the live process that holds it
 */
export function tryLock(file: string): { release: () => void } | { heldBy: LockHolder } {
  for (;;) {
    try {
      const handle = openSync(file, "wx", 0o600);
      writeSync(handle, JSON.stringify({ pid: process.pid, startTime: processStartTime(process.pid) ?? "" }));
      closeSync(handle);
      return { release: () => rmSync(file, { force: true }) };
    } catch (error) {
      if (!isCode(error, "EEXIST")) throw error;
    }
    const heldBy = lockHolder(file);
    if (heldBy !== undefined) return { heldBy };
    rmSync(file, { force: true });
  }
}
