/** The parts that the backend's benchmarks have in common: a cluster, the backend as a process, and helpers as processes. */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { BackendProcess } from "../../components/backend/test/backend-process.ts";
import { TestCluster } from "../../components/backend/test/cluster.ts";

export interface Parts {
  readonly cluster: TestCluster;
  readonly backend: BackendProcess;
  /** The token of an admin of project `bench`. */
  readonly token: string;
}

export async function withParts(work: (parts: Parts) => Promise<void>): Promise<void> {
  const cluster = await TestCluster.start();
  try {
    const backend = await BackendProcess.start(cluster);
    try {
      await cluster.project("bench", [{ user: "olga", role: "admin" }]);
      await work({ cluster, backend, token: cluster.token("olga") });
    } finally {
      await backend.stop();
    }
  } finally {
    await cluster.stop();
  }
}

/** A script of this folder as a process of its own. It answers one message for each that it is sent. */
export class Helper implements AsyncDisposable {
  readonly #child: ChildProcess;

  constructor(name: string, options: { readonly args?: string[]; readonly nodeOptions?: string[] } = {}) {
    this.#child = fork(fileURLToPath(new URL(name, import.meta.url)), options.args ?? [], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      execArgv: [...process.execArgv, ...(options.nodeOptions ?? [])],
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** The next message that it sends by itself. */
  async message(): Promise<unknown> {
    const [value] = (await once(this.#child, "message")) as [unknown];
    return value;
  }

  async ask<T>(message: object): Promise<T> {
    const answer = this.message();
    this.#child.send(message);
    return (await answer) as T;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }
}

/** Seconds of processor time that a process has used. */
export async function processorSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // utime and stime, in ticks of which every Linux that Node runs on has a hundred a second.
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
