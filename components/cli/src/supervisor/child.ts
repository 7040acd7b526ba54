/** One component as a child process: started from source, its output in a log file, restarted when it dies, ended with us. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { EXIT_WITH_PARENT } from "@pilothouse/contracts";
import { CliError } from "../errors.ts";
import { COMPILE_CACHE } from "./compile-cache.ts";

const LOG_ROTATE_BYTES = 20 * 1024 * 1024;
const RESTART_DELAYS_MS = [200, 500, 1_000, 2_000, 5_000, 10_000];
/** A component that lived this long is taken as healthy, and its next restart is immediate again. */
const HEALTHY_AFTER_MS = 30_000;

/** A small young generation costs these servers nothing that shows, and saves about 10 MB in each. */
export const NODE_FLAGS: readonly string[] = ["--disable-warning=ExperimentalWarning", "--max-semi-space-size=2"];

export type ComponentOptions = {
  name: string;
  /** Arguments to Node: the entry file first. */
  args: string[];
  cwd: string;
  env: Record<string, string>;
  logDirectory: string;
  /** Answers 2xx once the component serves. */
  readyUrl: string;
  onRestart?: (name: string, code: number | null, signal: NodeJS.Signals | null) => void;
};

export class Component {
  readonly #options: ComponentOptions;
  readonly #logFile: string;
  #child: ChildProcess | undefined;
  #stopping = false;
  #restarts = 0;
  #restartTimer: NodeJS.Timeout | undefined;

  constructor(options: ComponentOptions) {
    this.#options = options;
    this.#logFile = join(options.logDirectory, `${options.name}.log`);
  }

  get name(): string {
    return this.#options.name;
  }

  start(): void {
    const { args, cwd, env } = this.#options;
    if (existsSync(this.#logFile) && statSync(this.#logFile).size > LOG_ROTATE_BYTES) {
      renameSync(this.#logFile, `${this.#logFile}.1`);
    }
    const log = openSync(this.#logFile, "a", 0o600);
    // Standard input is a pipe that nobody writes: it closes when this process dies, however it dies.
    const child = spawn(process.execPath, [...NODE_FLAGS, ...args], {
      cwd,
      env: { ...env, NODE_COMPILE_CACHE: COMPILE_CACHE, [EXIT_WITH_PARENT]: "1" },
      stdio: ["pipe", log, log],
    });
    closeSync(log);
    const startedAt = Date.now();
    this.#child = child;
    child.once("error", () => this.#exited(child, startedAt, null, null));
    child.once("exit", (code, signal) => this.#exited(child, startedAt, code, signal));
  }

  #exited(child: ChildProcess, startedAt: number, code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    if (this.#stopping) return;
    this.#options.onRestart?.(this.name, code, signal);
    if (Date.now() - startedAt > HEALTHY_AFTER_MS) this.#restarts = 0;
    const delay = RESTART_DELAYS_MS[Math.min(this.#restarts++, RESTART_DELAYS_MS.length - 1)] ?? 0;
    this.#restartTimer = setTimeout(() => this.start(), delay);
  }

  /** Resolves once `readyUrl` answers 2xx. */
  async waitUntilReady(timeoutMs: number, signal: AbortSignal): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      signal.throwIfAborted();
      try {
        const answer = await fetch(this.#options.readyUrl, { signal: AbortSignal.timeout(2_000), redirect: "manual" });
        await answer.body?.cancel();
        if (answer.status < 400) return;
      } catch {
        // Not listening yet.
      }
      if (Date.now() > deadline || this.#restarts > 3) {
        throw new CliError(
          "START_FAILED",
          `${this.name} did not become ready. Its log, ${this.#logFile}, ends with:\n${this.#tail()}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }

  #tail(): string {
    return readFileSync(this.#logFile, "utf8").split("\n").slice(-12).join("\n");
  }

  /** SIGTERM, and SIGKILL when it is still there after `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restartTimer);
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
    await gone;
    clearTimeout(timer);
  }
}
