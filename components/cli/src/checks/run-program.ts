/** Runs a program to its end, with its output on ours or captured. */
import { spawn } from "node:child_process";
import { ROOT } from "../supervisor/root.ts";

export type Outcome = { code: number; output: string };

/**
 * Runs `command` in the project's top folder.
 * @param options.capture keep the output instead of showing it
 */
export function runProgram(
  command: string,
  args: string[],
  options: { capture?: boolean; env?: Record<string, string> } = {},
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      env: { ...process.env, ...options.env },
      stdio: options.capture === true ? ["ignore", "pipe", "pipe"] : ["ignore", "inherit", "inherit"],
    });
    const output: Buffer[] = [];
    child.stdout?.on("data", (chunk: Buffer) => output.push(chunk));
    child.stderr?.on("data", (chunk: Buffer) => output.push(chunk));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? 1, output: Buffer.concat(output).toString() }));
  });
}
