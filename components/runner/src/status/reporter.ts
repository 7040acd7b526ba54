/**
 * Writes the runner's part of the session's status: the agent's digest and the state of repositories and workflow. At most
 * one write per interval, only when something changed, tried again until it works; the newest state always wins.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type {
  AgentDigest,
  AgenticSessionStatus,
  ReconciledRepo,
} from "@pilothouse/contracts/resources/agentic-session";
import type { Logger } from "pino";
import { messageOf } from "../errors.ts";

export interface RunnerStatus {
  readonly agent: AgentDigest;
  readonly transcript?: AgenticSessionStatus["transcript"];
  /** Null: there is none, and the status is not to name any. */
  readonly reconciledRepos?: readonly ReconciledRepo[] | null;
  readonly reconciledWorkflow?: AgenticSessionStatus["reconciledWorkflow"] | null;
}

export interface StatusReporterOptions {
  /** Merges the body into the status of the session. */
  readonly patch: (body: { status: Record<string, unknown> }, signal: AbortSignal) => Promise<void>;
  readonly read: () => RunnerStatus;
  readonly logger: Logger;
  /** Least milliseconds between two writes. Default 1000. */
  readonly interval?: number;
  /** Milliseconds to wait after a failed write, doubled up to 30 s. Default 1000. */
  readonly backoff?: number;
}

export class StatusReporter {
  readonly #options: StatusReporterOptions;
  readonly #stopped = new AbortController();
  #changed = Promise.withResolvers<void>();
  #written: Record<string, unknown> = {};
  #loop: Promise<void> | undefined;

  constructor(options: StatusReporterOptions) {
    this.#options = options;
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** Something that `read` answers may have changed. */
  touch(): void {
    this.#changed.resolve();
  }

  /** Ends the writing after one last write, which is given `timeout` milliseconds. */
  async stop(timeout: number): Promise<void> {
    this.#stopped.abort();
    await this.#loop;
    try {
      await this.#write(AbortSignal.timeout(timeout));
    } catch (error) {
      this.#options.logger.warn({ reason: messageOf(error) }, "the last status was not written");
    }
  }

  async #run(): Promise<void> {
    const { interval = 1000, backoff = 1000, logger } = this.#options;
    const { signal } = this.#stopped;
    let failures = 0;
    const stopped = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    while (!signal.aborted) {
      await Promise.race([this.#changed.promise, stopped]);
      if (signal.aborted) return;
      this.#changed = Promise.withResolvers<void>();
      try {
        await this.#write(signal);
        failures = 0;
        await sleep(interval, undefined, { signal }).catch(() => undefined);
      } catch (error) {
        if (signal.aborted) return;
        failures++;
        logger.warn({ reason: messageOf(error), failures }, "the status was not written: trying again");
        this.touch();
        await sleep(Math.min(30_000, backoff * 2 ** (failures - 1)), undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #write(signal: AbortSignal): Promise<void> {
    const wanted: Record<string, unknown> = { ...this.#options.read() };
    const changed = Object.fromEntries(
      Object.entries(wanted)
        .filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(this.#written[name]))
        .map(([name, value]) => [name, mergePatch(this.#written[name], value)]),
    );
    if (Object.keys(changed).length === 0) return;
    await this.#options.patch({ status: changed }, signal);
    this.#written = structuredClone(wanted);
  }
}

/** The JSON merge patch (RFC 7386) that makes `after` of `before`: fields that are gone become null. */
export function mergePatch(before: unknown, after: unknown): unknown {
  if (!isObject(after)) return after ?? null;
  const patch: Record<string, unknown> = { ...after };
  if (isObject(before)) for (const key of Object.keys(before)) if (after[key] === undefined) patch[key] = null;
  for (const [key, value] of Object.entries(patch)) {
    if (isObject(value)) patch[key] = mergePatch(isObject(before) ? before[key] : undefined, value);
  }
  return patch;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
