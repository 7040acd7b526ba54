// What the API server asks of whoever runs the pods: their logs.

export interface LogOptions {
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  readonly tailLines: number | undefined;
  readonly sinceSeconds: number | undefined;
  readonly sinceTime: Date | undefined;
  readonly limitBytes: number | undefined;
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
}
