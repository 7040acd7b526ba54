import { readFile } from "node:fs/promises";

/**
 * Memory of a process in MiB. Proportional set size: what processes share (Node's own code above all) is counted once,
 * divided among them, so that a sum over processes is what they cost.
 */
export async function proportionalMemory(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, "utf8");
  return Math.round(Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0) / 1024);
}
