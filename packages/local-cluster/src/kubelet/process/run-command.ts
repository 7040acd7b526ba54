/** Runs a helper command to its end, or kills it (and its group) when the signal says so. */
import { spawn, type ChildProcess } from "node:child_process";
import type { Writable } from "node:stream";
import { gatherOutput } from "./output.ts";
import { signalProcess } from "./process-table.ts";
import type { ExecOptions, ExecResult } from "./runtime.ts";

/** How a command is started so that it is inside a container. */
export interface CommandPlace {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Written to file descriptor 3, which is then closed. */
  readonly input?: string;
}

/** Rejects with the signal's reason when it was aborted; an unknown command is exit code 127, as in a shell. */
export function runCommand(place: CommandPlace, options: ExecOptions): Promise<ExecResult> {
  const { signal } = options;
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const child = spawnCommand(place, "ignore");
    const output = gatherOutput(
      [child.stdout, child.stderr].filter((stream) => stream !== null),
      options.maxOutputBytes,
    );
    const abort = () => {
      if (child.pid !== undefined) signalProcess(-child.pid, "SIGKILL");
    };
    signal.addEventListener("abort", abort, { once: true });
    child.once("error", (error: NodeJS.ErrnoException) => {
      signal.removeEventListener("abort", abort);
      resolve({ exitCode: error.code === "ENOENT" ? 127 : 126, output: error.message });
    });
    child.once("exit", (code, exitSignal) => {
      signal.removeEventListener("abort", abort);
      // A daemon that the command left behind may hold the pipes open: what has come by now is all that is waited for.
      setImmediate(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
        if (signal.aborted) reject(signal.reason as Error);
        else resolve({ exitCode: code ?? 128 + (exitSignal === "SIGKILL" ? 9 : 15), output: output() });
      });
    });
  });
}

export function spawnCommand({ argv, env, cwd, input }: CommandPlace, stdin: "ignore" | "pipe"): ChildProcess {
  const [command = "", ...rest] = argv;
  const child = spawn(command, rest, {
    cwd,
    env: { ...env },
    detached: true,
    stdio: [stdin, "pipe", "pipe", input === undefined ? "ignore" : "pipe"],
  });
  const extra = child.stdio[3] as Writable | null | undefined;
  extra?.on("error", () => undefined);
  extra?.end(input);
  return child;
}
