/**
 * Node's compile cache for everything that is started from source: it holds the stripped and compiled modules, halves
 * the start of a process and saves some 20 MB in each. Sessions' pods may read it and never write it, so it is filled
 * beforehand by loading the programs that their containers run.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./root.ts";

export const COMPILE_CACHE = join(ROOT, ".tools", "compile-cache");

/** User inside the pods of the operator (`runAsUser`); Node keeps one cache per user. */
const POD_USER = 1000;
/** By component: programs that load what the component's containers load. */
const CONTAINER_PROGRAMS = [
  join("runner", "src", "load.ts"),
  join("runner", "src", "main.ts"),
  join("broker", "src", "main.ts"),
];

/** Loads the containers' programs once, outside any session. Never fails: without a cache they only start slower. */
export async function fillCompileCache(signal: AbortSignal): Promise<void> {
  mkdirSync(COMPILE_CACHE, { recursive: true });
  await Promise.all(CONTAINER_PROGRAMS.map((program) => load(program, signal)));
  const own = process.getuid?.() ?? POD_USER;
  if (own === POD_USER) return;
  for (const name of readdirSync(COMPILE_CACHE)) {
    const forPods = name.replace(/-\d+$/, `-${POD_USER}`);
    if (name.endsWith(`-${own}`) && !existsSync(join(COMPILE_CACHE, forPods))) {
      symlinkSync(name, join(COMPILE_CACHE, forPods));
    }
  }
}

/** A program without the environment it needs loads all of its modules, says what is missing, and ends. */
function load(program: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(ROOT, "components", program)], {
      env: { PATH: process.env["PATH"] ?? "", NODE_COMPILE_CACHE: COMPILE_CACHE },
      stdio: "ignore",
      timeout: 20_000,
      signal,
    });
    child.once("error", () => resolve());
    child.once("exit", () => resolve());
  });
}
