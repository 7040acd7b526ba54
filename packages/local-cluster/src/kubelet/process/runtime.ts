/** What the kubelet asks of whatever runs a container: start it, signal it, run a command in it, and know when all of it is gone. */

import type { Readable, Writable } from "node:stream";

export interface ContainerMount {
  readonly hostPath: string;
  readonly mountPath: string;
  readonly readOnly: boolean;
}

export interface ContainerProcessSpec {
  /** Unique per container instance. Marks each of its processes, so that none can hide. */
  readonly id: string;
  readonly argv: readonly string[];
  /** The whole environment: nothing is inherited from this process. */
  readonly env: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  readonly hostname: string;
  readonly user: { readonly uid: number; readonly gid: number };
  /** Volumes, in the order in which they are to be mounted (a parent before what lies inside it). */
  readonly mounts: readonly ContainerMount[];
  /** Parts of this machine that the image consists of, at the same path inside. */
  readonly hostPaths: readonly { readonly path: string; readonly readOnly: boolean }[];
  /** Directories that must not be seen even when they lie inside one of `hostPaths`. */
  readonly hiddenPaths: readonly string[];
  /** A directory of the container's own for /tmp and generated files; emptied with the container. */
  readonly scratchDirectory: string;
  readonly readOnlyRoot: boolean;
  readonly hosts: string;
  readonly memoryLimitBytes?: number;
}

export interface ContainerExit {
  readonly exitCode: number;
  readonly oomKilled: boolean;
  /** Set when the command never ran; the words are a container runtime's. */
  readonly startError?: string;
}

export interface ExecResult {
  readonly exitCode: number;
  readonly output: string;
}

export interface ExecOptions {
  readonly signal: AbortSignal;
  readonly maxOutputBytes: number;
}

export interface ContainerProcess {
  /** The outermost process, for the record of left-overs. */
  readonly pid: number;
  /** Resolves when the command has ended and no process of the container is left. Never rejects. */
  readonly exited: Promise<ContainerExit>;
  /** Signals the container's first process alone, as a container runtime does. */
  terminate(): void;
  /** SIGKILL for everything in the container. */
  kill(): void;
  /** Runs a command beside the container's process, with its view of files, its environment and its user. */
  exec(command: readonly string[], options: ExecOptions): Promise<ExecResult>;
  /** As {@link exec}, for someone who talks with the command. Undefined when the container has ended. */
  open(command: readonly string[], options: { readonly terminal: boolean }): RunningCommand | undefined;
}

/** A command that runs beside a container's process, with its three streams open. */
export interface RunningCommand {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** With a terminal nothing comes here: a terminal has one output. */
  readonly stderr: Readable;
  /** The exit code, once the command has ended. Never rejects. */
  readonly exited: Promise<number>;
  kill(): void;
}

export interface OutputSink {
  write(stream: "stdout" | "stderr", chunk: Buffer): void;
  /** True while the sink cannot keep up: reading pauses until `drained` is called. */
  readonly full: boolean;
  onDrained(callback: () => void): void;
}

export interface ContainerRuntime {
  /** "bubblewrap": own mount, pid, ipc and uts view. "none": a plain process, volumes reached by substituted paths. */
  readonly isolation: "bubblewrap" | "none";
  start(spec: ContainerProcessSpec, output: OutputSink): Promise<ContainerProcess>;
}

/** The environment variable that marks every process of a container. */
export const CONTAINER_MARKER = "PILOTHOUSE_CONTAINER_ID";
