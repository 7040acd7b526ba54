/**
 * Lets go of what ended long ago. The backend may not list sessions itself: it learns that one has ended, or lives again,
 * from what it answers to those who may. A session of which nobody has seen the end counts from the last that its runner
 * said; a runner that has nothing to say gives a sign of life every half hour. Should a session be forgotten that lives
 * after all, its runner sends the whole log again with its next event.
 */
import type { Logger } from "pino";
import type { Archives } from "../archives/archives.ts";
import { describeError } from "@pilothouse/server";
import { isLive, phaseOf, type Session } from "../sessions/present.ts";
import type { Store } from "../store/store.ts";

export interface RetentionOptions {
  readonly store: Store;
  readonly archives: Archives;
  readonly logger: Logger;
  /** Days after the end; 0 = nothing is let go of. */
  readonly days: number;
  readonly now?: () => number;
}

const DAY_MILLISECONDS = 24 * 3_600_000;
const SWEEP_MILLISECONDS = 3_600_000;
const SWEPT_AT_ONCE = 200;
const REMEMBERED = 50_000;

export class Retention {
  readonly #options: RetentionOptions;
  /** What the store was told last: when it ended, or that it lives. */
  readonly #told = new Map<string, number | undefined>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  /** Sweeps every hour, until {@link stop}. The first hour is for runners that could not reach a backend that was away. */
  start(): void {
    if (this.#options.days === 0) return;
    this.#timer = setInterval(() => {
      this.sweep().catch((error: unknown) => {
        this.#options.logger.warn({ error: describeError(error) }, "old transcripts were not let go of");
      });
    }, SWEEP_MILLISECONDS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Notes what Kubernetes says of these sessions. */
  async see(sessions: readonly Session[]): Promise<void> {
    if (this.#options.days === 0) return;
    for (const session of sessions) {
      const { uid } = session.metadata;
      const end = endOf(session);
      if (this.#told.has(uid) && this.#told.get(uid) === end) continue;
      await this.#options.store.noteEnd(uid, end);
      if (this.#told.size >= REMEMBERED) this.#told.clear();
      this.#told.set(uid, end);
    }
  }

  /** @returns the sessions that were forgotten */
  async sweep(): Promise<string[]> {
    const { store, archives, logger, days, now = Date.now } = this.#options;
    const cutoff = now() - days * DAY_MILLISECONDS;
    const forgotten: string[] = [];
    for (;;) {
      const old = await store.endedBefore(cutoff, SWEPT_AT_ONCE);
      const before = forgotten.length;
      for (const uid of old) {
        if (!(await archives.expire(uid, cutoff))) continue;
        this.#told.delete(uid);
        forgotten.push(uid);
        logger.info({ uid, days }, "let go of a transcript");
      }
      if (old.length < SWEPT_AT_ONCE || forgotten.length === before) return forgotten;
    }
  }
}

/** When a session ended; undefined while it lives, or may soon. */
function endOf(session: Session): number | undefined {
  const ended = Date.parse(session.status?.completionTime ?? "");
  return isLive(session) || phaseOf(session) === "Pending" || Number.isNaN(ended) ? undefined : ended;
}
