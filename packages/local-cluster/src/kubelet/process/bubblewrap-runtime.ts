/** Containers as bubblewrap sandboxes: own users, processes, mounts, ipc and host name; they die with this process. */
import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { KubeletError } from "../errors.ts";
import { bubblewrapArguments, type GeneratedFiles, type HostLayout } from "./bubblewrap-arguments.ts";
import type { MemoryGuard, MemoryLimiter } from "./memory-limit.ts";
import { carryOutput } from "./output.ts";
import { childrenOf, processStartTime, signalProcess, waitUntilGone } from "./process-table.ts";
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

export interface BubblewrapTools {
  readonly bubblewrap: string;
  /** With it (and as root) a command can be run inside a container; else a second view of the same files must do. */
  readonly nsenter?: string;
  readonly host: HostLayout;
  readonly memory: MemoryLimiter;
}

export class BubblewrapRuntime implements ContainerRuntime {
  readonly isolation = "bubblewrap";
  readonly #tools: BubblewrapTools;

  constructor(tools: BubblewrapTools) {
    this.#tools = tools;
  }

  async start(spec: ContainerProcessSpec, output: OutputSink): Promise<ContainerProcess> {
    const files = await generateFiles(spec);
    const guard = spec.memoryLimitBytes ? await this.#tools.memory.guard(spec.id, spec.memoryLimitBytes) : undefined;
    const view = bubblewrapArguments(spec, this.#tools.host, files);
    const started = new Sandbox(spec, view, this.#tools, guard, output);
    await started.spawned;
    return started;
  }
}

async function generateFiles(spec: ContainerProcessSpec): Promise<GeneratedFiles> {
  const inScratch = (name: string) => join(spec.scratchDirectory, name);
  const files: GeneratedFiles = {
    passwd: inScratch("passwd"),
    group: inScratch("group"),
    hosts: inScratch("hosts"),
    hostname: inScratch("hostname"),
    temporary: inScratch("tmp"),
  };
  const { uid, gid } = spec.user;
  const home = spec.env["HOME"] ?? "/";
  const user = uid === 0 ? "" : `container:x:${uid}:${gid}::${home}:/bin/sh\n`;
  const group = gid === 0 ? "" : `container:x:${gid}:\n`;
  await mkdir(files.temporary, { recursive: true });
  await Promise.all([
    writeFile(files.passwd, `root:x:0:0:root:/root:/bin/sh\n${user}nobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n`),
    writeFile(files.group, `root:x:0:\n${group}nogroup:x:65534:\n`),
    writeFile(files.hosts, spec.hosts),
    writeFile(files.hostname, `${spec.hostname}\n`),
  ]);
  return files;
}

/** Exit code of what the kernel or we have killed with SIGKILL. */
const KILLED = 137;

class Sandbox implements ContainerProcess {
  readonly spawned: Promise<void>;
  readonly exited: Promise<ContainerExit>;
  readonly #spec: ContainerProcessSpec;
  readonly #view: readonly string[];
  readonly #tools: BubblewrapTools;
  #monitor = 0;
  /** The first process of the container's pid namespace, as this machine numbers it: when it dies, the namespace does. */
  #init: { pid: number; startTime: string | undefined } | undefined;
  #killed = false;
  #ended = false;

  constructor(
    spec: ContainerProcessSpec,
    view: readonly string[],
    tools: BubblewrapTools,
    guard: MemoryGuard | undefined,
    output: OutputSink,
  ) {
    this.#spec = spec;
    this.#view = view;
    this.#tools = tools;
    const bubblewrap = [tools.bubblewrap, "--args", "4", "--json-status-fd", "3", "--", ...spec.argv];
    const [command = "", ...rest] = [...(guard?.commandPrefix ?? []), ...bubblewrap];
    const child = spawn(command, rest, {
      // Nothing of the container's environment may reach bubblewrap itself, which is not yet inside.
      env: { PATH: process.env["PATH"], [CONTAINER_MARKER]: spec.id },
      cwd: "/",
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "pipe", "pipe"],
    });
    const [, stdout, stderr, status, input] = child.stdio as [null, Readable, Readable, Readable, Writable];
    input.on("error", () => undefined);
    input.end(view.map((option) => `${option}\0`).join(""));
    const complaint = new StartComplaint(output);
    const carried = Promise.all([carryOutput(stdout, "stdout", complaint), carryOutput(stderr, "stderr", complaint)]);
    this.#readStatus(status);
    this.spawned = new Promise((resolve, reject) => {
      child.once("spawn", () => {
        this.#monitor = child.pid ?? 0;
        guard?.watch(this.#monitor, () => this.kill());
        resolve();
      });
      child.once("error", (error) => {
        reject(new KubeletError("START", `bubblewrap could not be started: ${error.message}`, { cause: error }));
      });
    });
    const ended = new Promise<number>((resolve) => {
      child.once("exit", (code, signal) => resolve(code ?? (signal === null ? 1 : KILLED)));
      child.once("error", () => resolve(1));
    });
    this.exited = ended.then((exitCode) => this.#finish(exitCode, carried, complaint, guard));
  }

  get pid(): number {
    return this.#monitor;
  }

  #readStatus(status: Readable): void {
    let text = "";
    status.on("error", () => undefined);
    status.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
      const pid = Number(/"child-pid": (\d+)/.exec(text)?.[1]);
      if (this.#init || !pid) return;
      this.#init = { pid, startTime: processStartTime(pid) };
      if (this.#killed) this.kill();
    });
  }

  async #finish(
    exitCode: number,
    carried: Promise<unknown>,
    complaint: StartComplaint,
    guard: MemoryGuard | undefined,
  ): Promise<ContainerExit> {
    this.#ended = true;
    if (this.#init) {
      // bubblewrap ends with the command; what the command left behind is killed with the namespace.
      signalProcess(this.#init.pid, "SIGKILL");
      await waitUntilGone(this.#init.pid, this.#init.startTime, 10_000);
    }
    await carried;
    const oomKilled = exitCode === KILLED && ((await guard?.wasExceeded()) ?? false);
    await guard?.release();
    if (exitCode !== 1) complaint.release();
    const startError = complaint.take(this.#spec.argv[0] ?? "");
    return { exitCode: startError === undefined ? exitCode : 128, oomKilled, startError };
  }

  terminate(): void {
    void this.#terminate();
  }

  /** The command is the child of the sandbox's first process; just after the start it may not be there yet. */
  async #terminate(): Promise<void> {
    for (let attempt = 0; attempt < 100 && !this.#ended; attempt += 1) {
      const command = this.#command();
      if (command !== undefined) {
        signalProcess(command, "SIGTERM");
        return;
      }
      await sleep(5);
    }
  }

  #command(): number | undefined {
    if (!this.#init || processStartTime(this.#init.pid) !== this.#init.startTime) return undefined;
    return childrenOf(this.#init.pid)[0];
  }

  kill(): void {
    this.#killed = true;
    if (this.#ended) return;
    if (this.#init) signalProcess(this.#init.pid, "SIGKILL");
    else if (this.#monitor !== 0) signalProcess(this.#monitor, "SIGKILL");
  }

  async exec(command: readonly string[], options: ExecOptions): Promise<ExecResult> {
    const place = this.#place(command);
    return place === undefined ? { exitCode: 126, output: "container is not running" } : runCommand(place, options);
  }

  open(command: readonly string[], options: { readonly terminal: boolean }): RunningCommand | undefined {
    const place = this.#place(command);
    return place === undefined ? undefined : openCommand(place, options);
  }

  #place(command: readonly string[]): CommandPlace | undefined {
    const inside = this.#command();
    if (inside === undefined) return undefined;
    const { nsenter, bubblewrap } = this.#tools;
    const env = { PATH: process.env["PATH"] ?? "" };
    if (nsenter !== undefined) {
      const enter = [nsenter, "--target", `${inside}`, "--all", "--preserve-credentials", `--wd=/proc/${inside}/cwd`];
      const input = Object.entries(this.#spec.env).map(([name, value]) => `${name}=${value}\0`);
      // The environment travels by a pipe: as arguments it could be read by everyone on this machine, and as the
      // environment of nsenter it would let a container choose what is loaded into a process outside of it.
      const script = 'while IFS= read -r -d "" pair <&3; do export "$pair" 2>/dev/null; done; exec 3<&-; exec "$@"';
      return { argv: [...enter, "/bin/bash", "-c", script, "exec", ...command], env, input: input.join("") };
    }
    const view = this.#view.map((option) => `${option}\0`).join("");
    return { argv: [bubblewrap, "--args", "3", "--", ...command], env, input: view };
  }
}

/**
 * Keeps bubblewrap's own complaint (alone on stderr, written in pieces) out of the container's log: what begins like one
 * is held back until the end shows whether it was.
 */
class StartComplaint implements OutputSink {
  static readonly #prefix = "bwrap: ";
  static readonly #maxBytes = 4096;
  readonly #sink: OutputSink;
  #held: Buffer[] = [];
  #open = true;

  constructor(sink: OutputSink) {
    this.#sink = sink;
  }

  write(stream: "stdout" | "stderr", chunk: Buffer): void {
    if (this.#open && stream === "stderr") {
      this.#held.push(chunk);
      if (this.#looksLikeOne()) return;
      this.release();
    } else {
      this.release();
      this.#sink.write(stream, chunk);
    }
  }

  #looksLikeOne(): boolean {
    const text = Buffer.concat(this.#held).toString("latin1");
    const start = text.slice(0, StartComplaint.#prefix.length);
    return text.length < StartComplaint.#maxBytes && StartComplaint.#prefix.startsWith(start);
  }

  /** It was the container's output after all. */
  release(): void {
    this.#open = false;
    for (const chunk of this.#held) this.#sink.write("stderr", chunk);
    this.#held = [];
  }

  get full(): boolean {
    return this.#sink.full;
  }

  onDrained(callback: () => void): void {
    this.#sink.onDrained(callback);
  }

  /** The complaint in a container runtime's words; undefined when the command ran. */
  take(command: string): string | undefined {
    const held = Buffer.concat(this.#held).toString("utf8").trim();
    this.#held = [];
    if (held === "") return undefined;
    const refused = /^bwrap: execvp .*: (.*)$/.exec(held)?.[1];
    if (refused === undefined) return held.replace(/^bwrap: /, "");
    const reason =
      refused === "No such file or directory" ? "executable file not found in $PATH" : refused.toLowerCase();
    return `exec: ${JSON.stringify(command)}: ${reason}`;
  }
}
