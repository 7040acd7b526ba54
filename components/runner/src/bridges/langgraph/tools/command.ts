/** Runs a program for the agent: in a process group of its own, with a time limit and a bound on what it may print. */
import { spawn } from "node:child_process";

export interface CommandOptions {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Milliseconds. */
  readonly timeout: number;
  readonly signal: AbortSignal;
  /** Characters of output to keep: the beginning and the end. */
  readonly keep: number;
}

export interface CommandResult {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly output: string;
  readonly ended: "exited" | "timeout" | "aborted";
}

/** After the shell has ended, what it left running may hold the output open: it is waited for this long. */
const LINGER = 300;
const KILL_PATIENCE = 2000;

export async function runCommand(options: CommandOptions): Promise<CommandResult> {
  const { file, args, cwd, environment, timeout, signal } = options;
  if (signal.aborted) return { code: null, output: "", ended: "aborted" };
  const child = spawn(file, args, { cwd, env: environment, stdio: ["ignore", "pipe", "pipe"], detached: true });
  const output = new Excerpt(options.keep);
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => output.add(text));
  let ended: CommandResult["ended"] = "exited";
  let force: NodeJS.Timeout | undefined;
  const end = (why: CommandResult["ended"]) => (): void => {
    ended = why;
    killGroup(child.pid, "SIGTERM");
    force = setTimeout(() => killGroup(child.pid, "SIGKILL"), KILL_PATIENCE);
  };
  const onAbort = end("aborted");
  const timer = setTimeout(end("timeout"), timeout);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (status) => resolve(status));
      child.once("exit", (status) => setTimeout(() => resolve(status), LINGER).unref());
    });
    return { code, output: output.text, ended };
  } finally {
    clearTimeout(timer);
    clearTimeout(force);
    signal.removeEventListener("abort", onAbort);
    child.stdout.destroy();
    child.stderr.destroy();
    if (ended !== "exited") killGroup(child.pid, "SIGKILL");
  }
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has gone already.
  }
}

/** The beginning and the end of a long text. */
class Excerpt {
  readonly #half: number;
  #head = "";
  #tail = "";
  #dropped = 0;

  constructor(keep: number) {
    this.#half = Math.floor(keep / 2);
  }

  add(text: string): void {
    const room = this.#half - this.#head.length;
    this.#head += text.slice(0, Math.max(0, room));
    this.#tail += text.slice(Math.max(0, room));
    if (this.#tail.length <= this.#half * 2) return;
    this.#dropped += this.#tail.length - this.#half;
    this.#tail = this.#tail.slice(-this.#half);
  }

  get text(): string {
    const extra = Math.max(0, this.#tail.length - this.#half);
    const dropped = this.#dropped + extra;
    if (dropped === 0) return this.#head + this.#tail;
    return `${this.#head}\n[… ${dropped} characters left out …]\n${this.#tail.slice(extra)}`;
  }
}
