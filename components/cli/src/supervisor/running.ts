/** Which process supervises a data directory: recorded with its start time, so that a reused pid is not mistaken for it. */
import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { z } from "zod";
import { CliError } from "../errors.ts";
import { type DataDirectory, isCode } from "./data-directory.ts";

const SupervisorRecord = z.object({ pid: z.int().positive(), startTime: z.string() });
export type SupervisorRecord = z.infer<typeof SupervisorRecord>;

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

function isAlive(record: SupervisorRecord): boolean {
  try {
    process.kill(record.pid, 0);
  } catch (error) {
    if (isCode(error, "ESRCH")) return false;
  }
  const startTime = processStartTime(record.pid);
  return startTime === undefined ? process.platform !== "linux" : startTime === record.startTime;
}

/** The live supervisor of a data directory, or undefined. */
export function runningSupervisor(directory: DataDirectory): SupervisorRecord | undefined {
  let text: string;
  try {
    text = readFileSync(directory.supervisorFile, "utf8");
  } catch {
    return undefined;
  }
  const record = SupervisorRecord.safeParse(parseJson(text));
  return record.success && isAlive(record.data) ? record.data : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A process that was just killed may need this long to be gone. */
const DYING_MS = 1_000;

/**
 * Takes the data directory for this process. Two starts at once cannot both succeed: the record is created exclusively.
 * @returns a function that gives it back
 */
export async function takeDataDirectory(directory: DataDirectory): Promise<() => void> {
  const deadline = Date.now() + DYING_MS;
  for (;;) {
    try {
      const file = openSync(directory.supervisorFile, "wx", 0o600);
      writeSync(file, JSON.stringify({ pid: process.pid, startTime: processStartTime(process.pid) ?? "" }));
      closeSync(file);
      return () => rmSync(directory.supervisorFile, { force: true });
    } catch (error) {
      if (!isCode(error, "EEXIST")) throw error;
      const other = runningSupervisor(directory);
      if (other === undefined) rmSync(directory.supervisorFile, { force: true });
      else if (Date.now() > deadline) throw alreadyRunning(directory, other.pid);
      else await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

function alreadyRunning(directory: DataDirectory, pid: number): CliError {
  return new CliError(
    "ALREADY_RUNNING",
    `Pilothouse is already running on ${directory.path} (process ${pid}). ` +
      `Stop it with "./pilothouse down --data-dir ${directory.path}", or start another one with another --data-dir.`,
  );
}
