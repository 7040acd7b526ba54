/** Containers as plain processes, for machines without bubblewrap: no isolation, but the same starting, ending and counting. */
import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { constants } from "node:os";
import { join } from "node:path";
import { KubeletError } from "../errors.ts";
import type { MemoryGuard, MemoryLimiter } from "./memory-limit.ts";
import { carryOutput } from "./output.ts";
import { substitutePath, substitutePaths } from "./path-substitution.ts";
import { markedProcesses, signalProcess, waitUntilGone } from "./process-table.ts";
import { openCommand } from "./open-command.ts";
import { type CommandPlace, runCommand } from "./run-command.ts";
import {
  CONTAINER_MARKER,
  type ContainerExit,
  type ContainerProcess,
  type ContainerProcessSpec,
  type ContainerRuntime,
  type ExecOptions,
  type ExecResult,
  type OutputSink,
  type RunningCommand,
} from "./runtime.ts";

export class PlainRuntime implements ContainerRuntime {
  readonly isolation = "none";
  readonly #memory: MemoryLimiter;

  constructor(memory: MemoryLimiter) {
    this.#memory = memory;
  }

  async start(spec: ContainerProcessSpec, output: OutputSink): Promise<ContainerProcess> {
    const temporary = join(spec.scratchDirectory, "tmp");
    await mkdir(temporary, { recursive: true });
    const guard = spec.memoryLimitBytes ? await this.#memory.guard(spec.id, spec.memoryLimitBytes) : undefined;
    const started = new PlainProcess(substitutePaths(spec, temporary), guard, output);
    await started.spawned;
    return started;
  }
}

class PlainProcess implements ContainerProcess {
  readonly spawned: Promise<void>;
  readonly exited: Promise<ContainerExit>;
  readonly #spec: ContainerProcessSpec;
  #pid = 0;
  #ended = false;

  constructor(spec: ContainerProcessSpec, guard: MemoryGuard | undefined, output: OutputSink) {
    this.#spec = spec;
    const [command = "", ...rest] = [...(guard?.commandPrefix ?? []), ...spec.argv];
    const child = spawn(command, rest, {
      cwd: spec.workingDirectory,
      env: { ...spec.env, [CONTAINER_MARKER]: spec.id },
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const carried = Promise.all([
      carryOutput(child.stdout, "stdout", output),
      carryOutput(child.stderr, "stderr", output),
    ]);
    let startError: string | undefined;
    this.spawned = new Promise((resolve, reject) => {
      child.once("spawn", () => {
        this.#pid = child.pid ?? 0;
        guard?.watch(this.#pid, () => this.kill());
        resolve();
      });
      child.once("error", (error: NodeJS.ErrnoException) => {
        const missing = error.code === "ENOENT";
        startError = `exec: ${JSON.stringify(command)}: ${missing ? "executable file not found in $PATH" : error.message}`;
        if (this.#pid === 0) resolve();
        else reject(new KubeletError("START", startError, { cause: error }));
      });
    });
    const ended = new Promise<number>((resolve) => {
      child.once("exit", (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
      child.once("error", () => resolve(128));
    });
    this.exited = ended.then(async (exitCode): Promise<ContainerExit> => {
      this.#ended = true;
      await killTree(this.#pid, spec.id);
      await carried;
      const oomKilled = exitCode === 137 && ((await guard?.wasExceeded()) ?? false);
      await guard?.release();
      return { exitCode, oomKilled, startError };
    });
  }

  get pid(): number {
    return this.#pid;
  }

  terminate(): void {
    if (!this.#ended && this.#pid !== 0) signalProcess(this.#pid, "SIGTERM");
  }

  kill(): void {
    if (!this.#ended && this.#pid !== 0) void killTree(this.#pid, this.#spec.id);
  }

  exec(command: readonly string[], options: ExecOptions): Promise<ExecResult> {
    return runCommand(this.#place(command), options);
  }

  open(command: readonly string[], options: { readonly terminal: boolean }): RunningCommand | undefined {
    return this.#ended ? undefined : openCommand(this.#place(command), options);
  }

  #place(command: readonly string[]): CommandPlace {
    const { env, id, mounts, workingDirectory } = this.#spec;
    const argv = command.map((argument) => substitutePath(argument, mounts));
    return { argv, env: { ...env, [CONTAINER_MARKER]: id }, cwd: workingDirectory };
  }
}

/** The group first, then whatever has left the group but still carries the container's mark, until nothing is left. */
export async function killTree(pid: number, id: string): Promise<void> {
  if (pid !== 0) signalProcess(-pid, "SIGKILL");
  for (let round = 0; round < 20; round += 1) {
    const left = await markedProcesses(id);
    if (left.length === 0) return;
    for (const member of left) signalProcess(member, "SIGKILL");
    await Promise.all(left.map((member) => waitUntilGone(member, undefined, 500)));
  }
}
