/** Reads /proc: who descends from whom, who carries a container's mark, how much memory a tree holds. Linux; elsewhere empty. */
import { readdirSync, readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { CONTAINER_MARKER } from "./runtime.ts";

/** The start time in clock ticks since boot: with the pid it names one process for good. Undefined when there is none. */
export function processStartTime(pid: number): string | undefined {
  const fields = statFields(pid);
  return fields === undefined || fields[0] === "Z" ? undefined : fields[19];
}

function statFields(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The command name is in parentheses and may hold anything, parentheses too; fields count from behind it.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}

export function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1").trim().split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** The process and all that descend from it and have not been orphaned. */
export function treeOf(pid: number): number[] {
  const tree = [pid];
  for (const member of tree) {
    for (const thread of threadsOf(member)) tree.push(...childrenOfThread(member, thread));
  }
  return tree;
}

function threadsOf(pid: number): string[] {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "latin1");
    const threads = Number(/^Threads:\s*(\d+)/m.exec(status)?.[1] ?? 1);
    if (threads === 1) return [String(pid)];
  } catch {
    return [];
  }
  return listDirectory(`/proc/${pid}/task`);
}

function childrenOfThread(pid: number, thread: string): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${thread}/children`, "latin1").trim();
    return text === "" ? [] : text.split(" ").map(Number);
  } catch {
    return [];
  }
}

function listDirectory(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/** Bytes of memory that belong to these processes alone (resident, without shared file pages). */
export function residentBytes(pids: readonly number[]): number {
  let pages = 0;
  for (const pid of pids) {
    try {
      const [, resident = "0", shared = "0"] = readFileSync(`/proc/${pid}/statm`, "latin1").split(" ");
      pages += Number(resident) - Number(shared);
    } catch {
      // It ended meanwhile.
    }
  }
  return pages * 4096;
}

/** All processes whose environment carries the container's mark, orphans and daemons too. */
export async function markedProcesses(id: string): Promise<number[]> {
  const mark = `${CONTAINER_MARKER}=${id}`;
  const marked: number[] = [];
  for (const name of await readdir("/proc").catch(() => [])) {
    if (!/^\d+$/.test(name)) continue;
    const environment = await readFile(`/proc/${name}/environ`, "latin1").catch(() => "");
    if (environment.includes(mark) && environment.split("\0").includes(mark)) marked.push(Number(name));
  }
  return marked;
}

export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** Waits until the process is gone (or only a zombie); answers false when it is still there after the time. */
export async function waitUntilGone(
  pid: number,
  startTime: string | undefined,
  milliseconds: number,
): Promise<boolean> {
  const deadline = performance.now() + milliseconds;
  for (let pause = 1; ; pause = Math.min(pause * 2, 50)) {
    const current = processStartTime(pid);
    if (current === undefined || (startTime !== undefined && current !== startTime)) return true;
    if (performance.now() > deadline) return false;
    await sleep(pause);
  }
}
