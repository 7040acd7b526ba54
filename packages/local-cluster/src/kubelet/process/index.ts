/** Picks the best way to run containers that this machine offers. */
import { bubblewrapWorks, findProgram, readHostLayout } from "./host-layout.ts";
import { BubblewrapRuntime } from "./bubblewrap-runtime.ts";
import { MemoryLimiter } from "./memory-limit.ts";
import { PlainRuntime } from "./plain-runtime.ts";
import type { ContainerRuntime } from "./runtime.ts";

export type * from "./runtime.ts";

export interface DetectedRuntime {
  readonly runtime: ContainerRuntime;
  readonly memoryLimits: "cgroup" | "polling";
}

/** @param isolation "none" runs plain processes even where bubblewrap would work */
export async function detectRuntime(isolation: "auto" | "none" = "auto"): Promise<DetectedRuntime> {
  const [memory, bubblewrap, nsenter, host] = await Promise.all([
    MemoryLimiter.detect(),
    isolation === "none" ? undefined : findProgram("bwrap"),
    process.getuid?.() === 0 ? findProgram("nsenter") : undefined,
    readHostLayout(),
  ]);
  const memoryLimits = memory.method;
  if (bubblewrap === undefined || !(await bubblewrapWorks(bubblewrap))) {
    return { runtime: new PlainRuntime(memory), memoryLimits };
  }
  return { runtime: new BubblewrapRuntime({ bubblewrap, nsenter, host, memory }), memoryLimits };
}
