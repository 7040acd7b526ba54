// What the API server asks of whoever runs the pods: their logs, commands in them, connections to them.
import type { Duplex, Readable, Writable } from "node:stream";

export interface LogOptions {
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  readonly tailLines: number | undefined;
  readonly sinceSeconds: number | undefined;
  readonly sinceTime: Date | undefined;
  readonly limitBytes: number | undefined;
}

export interface PodStreams {
  readonly stdin: Writable | undefined;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** The exit code. Never rejects. */
  readonly exited: Promise<number>;
  /** Ends what is left, as nobody listens any more. */
  end(): void;
}

export interface NodeAccess {
  /** Ends when the log ends, or (following) when the container ends or the signal fires. */
  logs(
    namespace: string,
    pod: string,
    container: string,
    options: LogOptions,
    signal: AbortSignal,
  ): AsyncIterable<Uint8Array>;
  /** A command beside the container's own process, inside the same walls. Throws a KubernetesError. */
  exec(
    namespace: string,
    pod: string,
    container: string,
    command: readonly string[],
    options: { readonly terminal: boolean },
  ): PodStreams;
  /** What the container's own process writes from now on. */
  attach(namespace: string, pod: string, container: string): PodStreams;
  /** A connection to a port of the pod. */
  dial(namespace: string, pod: string, port: number): Duplex;
}
