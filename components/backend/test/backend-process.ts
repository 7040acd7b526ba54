/** The backend as a process of its own: its memory can be told from the test's, and it can be killed. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { backendVariables } from "./backend.ts";
import type { TestCluster } from "./cluster.ts";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));

type Variables = Readonly<Record<string, string>>;

export class BackendProcess {
  /** By which runners know it. */
  readonly jwks: string;
  readonly #variables: Variables;
  #child: ChildProcess;
  #url = "";

  private constructor(variables: Variables, jwks: string) {
    this.jwks = jwks;
    this.#variables = variables;
    this.#child = spawnBackend(variables);
  }

  static async start(cluster: TestCluster, variables: Variables = {}): Promise<BackendProcess> {
    const found = await backendVariables(cluster);
    const backend = new BackendProcess({ ...found.variables, AUDIT_LOG: "off", ...variables }, found.jwks);
    backend.#url = await addressOf(backend.#child);
    return backend;
  }

  get url(): string {
    return this.#url;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** What it holds in memory, in MiB. */
  async memory(): Promise<number> {
    const status = await readFile(`/proc/${this.pid}/status`, "utf8");
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
  }

  /** As the kernel or a lost node would; with SIGTERM as a rollout does. */
  async stop(signal: "SIGKILL" | "SIGTERM" = "SIGKILL"): Promise<void> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== null || signalCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill(signal);
    await ended;
  }

  /** After {@link stop}: a new process at the same address. */
  async restart(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      this.#child = spawnBackend({ ...this.#variables, PORT: new URL(this.#url).port });
      try {
        await addressOf(this.#child);
        return;
      } catch (error) {
        // While it was away the kernel may have lent its port to somebody's connection.
        if (attempt === 10 || !String(error).includes("EADDRINUSE")) throw error;
        await sleep(300);
      }
    }
  }
}

function spawnBackend(env: Variables): ChildProcess {
  const options = ["--disable-warning=ExperimentalWarning", MAIN];
  return spawn(process.execPath, options, { stdio: ["ignore", "pipe", "pipe"], env });
}

/** Resolves once it serves; its log is read from then on, so that it never waits for a reader. */
async function addressOf(child: ChildProcess): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let said = "";
  child.once("exit", (code) =>
    reject(new Error(`the backend ended with ${code ?? "a signal"} before it served: ${said}`)),
  );
  if (child.stdout === null || child.stderr === null) throw new Error("the backend has no output");
  createInterface({ input: child.stderr }).on("line", (line) => (said = line));
  createInterface({ input: child.stdout }).on("line", (line) => {
    const { address } = JSON.parse(line) as { address?: string };
    if (address !== undefined) resolve(address);
  });
  return promise;
}
