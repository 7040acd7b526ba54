/** One run of one container: from its process's start to the end of its last process. */
import { open, readFile } from "node:fs/promises";
import type { Container, LifecycleHandler, Pod, Stored } from "@pilothouse/kubernetes";
import { pause } from "@pilothouse/kubernetes";
import { readLogs } from "../logs/log-reader.ts";
import type { LogWriter } from "../logs/log-writer.ts";
import type { ContainerExit, ContainerProcess, ContainerProcessSpec, ContainerRuntime } from "../process/index.ts";
import type { Termination } from "./container-record.ts";
import type { Deadline } from "./deadline.ts";
import { probeHttp } from "./probe.ts";

export interface ContainerRunOptions {
  readonly pod: Stored<Pod>;
  readonly container: Container;
  readonly podIP: string;
  readonly runtime: ContainerRuntime;
  readonly process: ContainerProcessSpec;
  readonly log: LogWriter;
  /** On this machine; the container sees it at its terminationMessagePath. */
  readonly terminationMessageFile: string;
  readonly now: () => number;
}

const MESSAGE_BYTES = 4096;
const LOG_TAIL_LINES = 80;
const LOG_TAIL_BYTES = 2048;

export class ContainerRun {
  readonly containerID: string;
  readonly startedAt: number;
  readonly process: ContainerProcess;
  readonly log: LogWriter;
  /** Never rejects. */
  readonly ended: Promise<Termination>;
  readonly #options: ContainerRunOptions;
  #stopping: Promise<void> | undefined;

  private constructor(options: ContainerRunOptions, process: ContainerProcess, startedAt: number) {
    this.#options = options;
    this.process = process;
    this.startedAt = startedAt;
    this.log = options.log;
    this.containerID = `pilothouse://${options.process.id}`;
    this.ended = process.exited.then((exit) => this.#finish(exit));
  }

  /** Temporary files of this run, to be removed after it. */
  get scratchDirectory(): string {
    return this.#options.process.scratchDirectory;
  }

  static async start(options: ContainerRunOptions): Promise<ContainerRun> {
    await (await open(options.terminationMessageFile, "a", 0o666)).close();
    const startedAt = options.now();
    const process = await options.runtime.start(options.process, options.log);
    return new ContainerRun(options, process, startedAt);
  }

  async #finish(exit: ContainerExit): Promise<Termination> {
    const { log, now } = this.#options;
    await log.close();
    const { exitCode, oomKilled, startError } = exit;
    const reason =
      startError === undefined ? (oomKilled ? "OOMKilled" : exitCode === 0 ? "Completed" : "Error") : "StartError";
    const message = startError ?? (await this.#terminationMessage(exitCode));
    return { exitCode, reason, message, startedAt: this.startedAt, finishedAt: now(), containerID: this.containerID };
  }

  async #terminationMessage(exitCode: number): Promise<string | undefined> {
    const { container, terminationMessageFile, log, now } = this.#options;
    const bytes = await readFile(terminationMessageFile).catch(() => Buffer.alloc(0));
    if (bytes.length > 0) return bytes.toString("utf8", 0, MESSAGE_BYTES);
    if (container.terminationMessagePolicy !== "FallbackToLogsOnError" || exitCode === 0) return undefined;
    const chunks: Uint8Array[] = [];
    for await (const chunk of readLogs(log.path, { tailLines: LOG_TAIL_LINES }, new Date(now()), undefined))
      chunks.push(chunk);
    const text = Buffer.concat(chunks);
    return text.subarray(Math.max(text.length - LOG_TAIL_BYTES, 0)).toString("utf8");
  }

  /** Rejects when the hook fails; a container whose postStart hook fails is to be killed. */
  async postStart(signal: AbortSignal): Promise<void> {
    const hook = this.#options.container.lifecycle?.postStart;
    if (hook) await this.#runHook(hook, signal);
  }

  /**
   * preStop hook, SIGTERM, and SIGKILL at the deadline; resolves when no process is left. Called again (a deletion while an
   * unhealthy container is being stopped), whichever deadline is over first counts.
   */
  stop(deadline: Deadline): Promise<void> {
    void deadline.expired.then(() => this.process.kill());
    this.#stopping ??= this.#stop(deadline);
    return this.#stopping;
  }

  async #stop(deadline: Deadline): Promise<void> {
    const hook = this.#options.container.lifecycle?.preStop;
    if (hook && deadline.remainingMilliseconds > 0) {
      const limit = new AbortController();
      void deadline.expired.then(() => limit.abort());
      void this.ended.then(() => limit.abort());
      // A preStop hook that fails does not keep the container from being stopped.
      await this.#runHook(hook, limit.signal).catch(() => undefined);
    }
    this.process.terminate();
    await this.ended;
  }

  async #runHook(hook: LifecycleHandler, signal: AbortSignal): Promise<void> {
    const { podIP, container } = this.#options;
    if (hook.exec) {
      const { exitCode, output } = await this.process.exec(hook.exec.command, {
        signal,
        maxOutputBytes: MESSAGE_BYTES,
      });
      if (exitCode !== 0)
        throw new Error(`command ${JSON.stringify(hook.exec.command.join(" "))} exited with ${exitCode}: ${output}`);
    } else if (hook.httpGet) {
      const result = await probeHttp(hook.httpGet, { podIP, container, process: this.process }, signal);
      if (!result.ok) throw new Error(result.output);
    } else if (hook.sleep) {
      await pause(hook.sleep.seconds * 1000, signal);
    }
  }
}
