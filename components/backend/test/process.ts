/** A backend as a process of its own, that can be killed and started again at the same address. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));

export class BackendProcess {
  readonly #variables: Readonly<Record<string, string>>;
  #child: ChildProcess;
  #url = "";

  private constructor(variables: Readonly<Record<string, string>>) {
    this.#variables = variables;
    this.#child = this.#spawn(variables);
  }

  static async start(variables: Readonly<Record<string, string>>): Promise<BackendProcess> {
    const backend = new BackendProcess({ ...variables, AUDIT_LOG: "off", PILOTHOUSE_LOG_LEVEL: "info" });
    backend.#url = await addressOf(backend.#child);
    return backend;
  }

  get url(): string {
    return this.#url;
  }

  /** As the kernel or a lost node would. */
  async kill(): Promise<void> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== null || signalCode !== null) return;
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await gone;
  }

  async restart(): Promise<void> {
    this.#child = this.#spawn({ ...this.#variables, PORT: new URL(this.#url).port });
    await addressOf(this.#child);
  }

  #spawn(variables: Readonly<Record<string, string>>): ChildProcess {
    const env = { PATH: process.env["PATH"] ?? "", ...variables };
    return spawn(process.execPath, [MAIN], { env, stdio: ["ignore", "pipe", "inherit"] });
  }
}

async function addressOf(child: ChildProcess): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  child.once("exit", (code) => reject(new Error(`the backend ended with ${code ?? "a signal"}`)));
  if (child.stdout === null) throw new Error("the backend has no output");
  createInterface({ input: child.stdout }).on("line", (line) => {
    const { address } = JSON.parse(line) as { address?: string };
    if (address !== undefined) resolve(address);
  });
  return promise;
}
