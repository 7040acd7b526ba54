/**
 * Watches of sessions, one for all streams that the same token holds on the same session: each watch is a connection of
 * its own to the Kubernetes API, and a thousand tabs of one person need not be a thousand of them. Nobody's watch serves
 * anybody else, because what Kubernetes lets a token see is that token's alone.
 */
import type { Caller } from "../identity/identity.ts";
import type { WatchBudget } from "../kubernetes/watch-budget.ts";
import type { Session } from "../sessions/present.ts";
import { WatchedSession } from "./session-view.ts";
import type { SessionView } from "./thread.ts";

export interface Viewing {
  readonly view: SessionView;
  /** Rejects when the session is deleted, or when the caller may no longer see it. Resolves only after {@link release}. */
  readonly ended: Promise<void>;
  release(): void;
}

interface Shared {
  readonly view: WatchedSession;
  readonly ended: Promise<void>;
  readonly abort: AbortController;
  readers: number;
}

export class SharedViews {
  readonly #open = new Map<string, Shared>();
  readonly #watches: WatchBudget;

  constructor(watches: WatchBudget) {
    this.#watches = watches;
  }

  get size(): number {
    return this.#open.size;
  }

  /** @throws ApiError TOO_MANY_REQUESTS when there are as many watches as there may be */
  attach(caller: Caller, project: string, session: Session): Viewing {
    const key = `${caller.tokenHash} ${session.metadata.uid}`;
    const shared = this.#open.get(key) ?? this.#watch(key, caller, project, session);
    shared.readers += 1;
    let released = false;
    const release = (): void => {
      if (released) return;
      released = true;
      shared.readers -= 1;
      if (shared.readers > 0) return;
      this.#drop(key, shared);
      shared.abort.abort();
    };
    return { view: shared.view, ended: shared.ended, release };
  }

  #watch(key: string, caller: Caller, project: string, session: Session): Shared {
    const giveBack = this.#watches.claim();
    const abort = new AbortController();
    const view = new WatchedSession(session);
    const shared: Shared = { view, abort, ended: view.follow(caller, project, abort.signal), readers: 0 };
    this.#open.set(key, shared);
    // Each reader hears of the end by itself; whoever comes after it begins anew.
    const drop = (): void => {
      giveBack();
      this.#drop(key, shared);
    };
    shared.ended.then(drop, drop);
    return shared;
  }

  #drop(key: string, shared: Shared): void {
    if (this.#open.get(key) === shared) this.#open.delete(key);
  }
}
