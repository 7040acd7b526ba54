/** Which process supervises a data directory: recorded with its start time, so that a reused pid is not mistaken for it. */
import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { z } from "zod";
import { CliError } from "../errors.ts";
import { type DataDirectory, isCode } from "./data-directory.ts";

const SupervisorRecord = z.object({ pid: z.int().positive(), startTime: z.string() });
export type SupervisorRecord = z.infer<typeof SupervisorRecord>;

/** Start time of a process in kernel ticks since boot (field 22 of /proc/PID/stat), or undefined when there is none. */
function processStartTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the command in parentheses and may itself hold spaces and parentheses.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
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

/**
 * Takes the data directory for this process. Two starts at once cannot both succeed: the record is created exclusively.
 * @returns a function that gives it back
 */
export function takeDataDirectory(directory: DataDirectory): () => void {
  for (let tries = 0; tries < 3; tries++) {
    try {
      const file = openSync(directory.supervisorFile, "wx", 0o600);
      writeSync(file, JSON.stringify({ pid: process.pid, startTime: processStartTime(process.pid) ?? "" }));
      closeSync(file);
      return () => rmSync(directory.supervisorFile, { force: true });
    } catch (error) {
      if (!isCode(error, "EEXIST")) throw error;
      const other = runningSupervisor(directory);
      if (other !== undefined) throw alreadyRunning(directory, other.pid);
      rmSync(directory.supervisorFile, { force: true });
    }
  }
  throw new CliError("ALREADY_RUNNING", `data directory ${directory.path} is being taken by another start; try again`);
}

function alreadyRunning(directory: DataDirectory, pid: number): CliError {
  return new CliError(
    "ALREADY_RUNNING",
    `Pilothouse is already running on ${directory.path} (process ${pid}). ` +
      `Stop it with "./pilothouse down --data-dir ${directory.path}", or start another one with another --data-dir.`,
  );
}
