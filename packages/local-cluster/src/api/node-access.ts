// What the API server asks of whoever runs the pods: their logs, and a way into their containers.

export interface LogOptions {
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  readonly tailLines: number | undefined;
  readonly sinceSeconds: number | undefined;
  readonly sinceTime: Date | undefined;
  readonly limitBytes: number | undefined;
}

export interface ExecOptions {
  readonly command: readonly string[];
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** A running command: bytes both ways, and how it ended. */
export interface ExecSession {
  readonly stdout: AsyncIterable<Uint8Array>;
  readonly stderr: AsyncIterable<Uint8Array>;
  writeStdin(chunk: Uint8Array): void;
  endStdin(): void;
  resize(columns: number, rows: number): void;
  readonly exitCode: Promise<number>;
  kill(): void;
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
  exec?(namespace: string, pod: string, container: string, options: ExecOptions): Promise<ExecSession>;
}
