// Takes keys from a work queue and reconciles them, several at a time, each key by one worker at a time.
//
// Reconciling is level-based: it is told which object, never what happened to it. Its outcome drives the policy:
// a result = done (and perhaps a look later), an error = back-off, a TerminalError = counted and left alone until
// the object changes again.
import { silentLogger, type Logger } from "../logger.ts";
import type { ControllerMetrics } from "../metrics/controller-metrics.ts";
import { isConflict } from "../errors.ts";
import { WorkQueue, type WorkQueueOptions } from "./work-queue.ts";

export interface ReconcileResult {
  /** Look again after this many milliseconds, changed or not. */
  readonly requeueAfterMilliseconds?: number;
}

export type Reconcile = (key: string, signal: AbortSignal) => Promise<ReconcileResult | void>;

/** Trying again would not help: only a change of the object will. */
export class TerminalError extends Error {
  override readonly name = "TerminalError";
}

export interface ControllerOptions {
  /** Label of its metrics and logs. */
  readonly name: string;
  readonly reconcile: Reconcile;
  /** Keys that are reconciled at the same time. Default 4. */
  readonly concurrency?: number;
  /** How long one reconcile may take before its signal aborts. Default 60 s. */
  readonly timeoutMilliseconds?: number;
  /** After the controller is told to stop: how long reconciles under way may go on. Default 3 s. */
  readonly graceMilliseconds?: number;
  readonly queue?: WorkQueueOptions;
  readonly logger?: Logger;
  readonly metrics?: ControllerMetrics;
}

export class Controller {
  readonly name: string;
  readonly queue: WorkQueue;
  readonly #options: ControllerOptions;
  readonly #logger: Logger;

  constructor(options: ControllerOptions) {
    this.name = options.name;
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
    const observer = options.metrics?.queueObserver(options.name);
    this.queue = new WorkQueue({ observer, ...options.queue });
  }

  /** Asks for a reconcile of the key. */
  readonly enqueue = (key: string): void => this.queue.add(key);

  /** Works until the signal aborts, then ends once the reconciles under way have. A controller runs once. */
  async run(signal: AbortSignal): Promise<void> {
    const { concurrency = 4, graceMilliseconds = 3000 } = this.#options;
    const ending = new AbortController();
    let graceTimer: NodeJS.Timeout | undefined;
    const stop = (): void => {
      this.queue.close();
      graceTimer = setTimeout(() => ending.abort(signal.reason), graceMilliseconds);
    };
    if (signal.aborted) return;
    signal.addEventListener("abort", stop, { once: true });
    try {
      await Promise.all(Array.from({ length: concurrency }, async () => this.#work(ending.signal)));
    } finally {
      clearTimeout(graceTimer);
      signal.removeEventListener("abort", stop);
    }
  }

  async #work(ending: AbortSignal): Promise<void> {
    for (let key = await this.queue.take(); key !== undefined; key = await this.queue.take()) {
      try {
        await this.#reconcile(key, ending);
      } finally {
        this.queue.done(key);
      }
    }
  }

  async #reconcile(key: string, ending: AbortSignal): Promise<void> {
    const { name, reconcile, metrics, timeoutMilliseconds = 60_000 } = this.#options;
    const began = performance.now();
    const deadline = new AbortController();
    const timer = setTimeout(
      () => deadline.abort(new Error(`no result after ${timeoutMilliseconds} ms`)),
      timeoutMilliseconds,
    );
    metrics?.active(name, 1);
    try {
      const result = (await reconcile(key, AbortSignal.any([ending, deadline.signal]))) ?? {};
      this.queue.forget(key);
      if (result.requeueAfterMilliseconds !== undefined) this.queue.addAfter(key, result.requeueAfterMilliseconds);
      metrics?.reconciled(name, result.requeueAfterMilliseconds === undefined ? "success" : "requeue_after");
    } catch (error) {
      this.#failed(key, error, ending.aborted);
    } finally {
      clearTimeout(timer);
      metrics?.active(name, -1);
      metrics?.took(name, (performance.now() - began) / 1000);
    }
  }

  #failed(key: string, error: unknown, ending: boolean): void {
    const { name, metrics } = this.#options;
    if (ending) return;
    if (error instanceof TerminalError) {
      this.queue.forget(key);
      metrics?.reconciled(name, "terminal_error");
      this.#logger.error({ controller: name, key, error }, "reconciling failed for good: waiting for a change");
      return;
    }
    const delay = Math.round(this.queue.addRateLimited(key));
    // A conflict is the ordinary sign of another writer: the next look has the newer object.
    const conflict = isConflict(error);
    metrics?.reconciled(name, conflict ? "conflict" : "error");
    const fields = { controller: name, key, error, retryInMilliseconds: delay };
    if (conflict) this.#logger.debug(fields, "another writer was faster: trying again");
    else this.#logger.error(fields, "reconciling failed: trying again");
  }
}
