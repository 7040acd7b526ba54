/** The live ends of all sessions that somebody reads: one connection per runner, opened for the first reader. */
import type { Identity } from "../identity/identity.ts";
import type { RunnerClient } from "../runner/runner-client.ts";
import type { Session } from "../sessions/present.ts";
import { Tail } from "./tail.ts";

export interface Attachment {
  readonly tail: Tail;
  /** Lets go; the connection ends a moment after its last reader. */
  release(): void;
}

interface Shared {
  readonly tail: Tail;
  readonly abort: AbortController;
  readers: number;
  timer: NodeJS.Timeout | undefined;
}

/** A page that is reloaded finds the connection still there. */
const LINGER_MILLISECONDS = 2_000;

export class Feeds {
  readonly #runner: Pick<RunnerClient, "call">;
  readonly #shared = new Map<string, Shared>();
  readonly #waiting = new Map<string, Set<() => void>>();

  constructor(runner: Pick<RunnerClient, "call">) {
    this.#runner = runner;
  }

  /** Number of connections to runners. */
  get size(): number {
    return this.#shared.size;
  }

  /**
   * The live end of a session with a runner. The first reader's grant opens the connection; every reader has been found
   * to have the right to read by their own token.
   */
  attach(session: Session, identity: Identity, position: number): Attachment {
    const key = `${session.metadata.uid} ${session.status?.endpoint ?? ""}`;
    const known = this.#shared.get(key);
    const shared = known === undefined || known.tail.ended ? this.#open(key, session, identity, position) : known;
    shared.readers += 1;
    clearTimeout(shared.timer);
    return { tail: shared.tail, release: releaseOnce(() => this.#release(key, shared)) };
  }

  /** A connection for one reader alone, who needs events that the shared one no longer holds. */
  attachPrivately(session: Session, identity: Identity, position: number): Attachment {
    const tail = new Tail(position);
    const abort = new AbortController();
    void this.#run(session, identity, position, tail, abort.signal);
    return { tail, release: () => abort.abort() };
  }

  /** The store has taken events: wakes the readers that wait for them. */
  stored(uid: string, _lastSeq: number): void {
    const waiting = this.#waiting.get(uid);
    this.#waiting.delete(uid);
    for (const wake of waiting ?? []) wake();
  }

  /** Calls `wake` once, at the next {@link stored} of the session. Returns how to give up waiting. */
  onStored(uid: string, wake: () => void): () => void {
    const waiting = this.#waiting.get(uid) ?? new Set();
    this.#waiting.set(uid, waiting);
    waiting.add(wake);
    return () => {
      waiting.delete(wake);
      if (waiting.size === 0 && this.#waiting.get(uid) === waiting) this.#waiting.delete(uid);
    };
  }

  close(): void {
    for (const { abort, timer } of this.#shared.values()) {
      clearTimeout(timer);
      abort.abort();
    }
  }

  #open(key: string, session: Session, identity: Identity, position: number): Shared {
    const shared: Shared = { tail: new Tail(position), abort: new AbortController(), readers: 0, timer: undefined };
    this.#shared.set(key, shared);
    void this.#run(session, identity, position, shared.tail, shared.abort.signal).then(() => this.#drop(key, shared));
    return shared;
  }

  async #run(session: Session, identity: Identity, after: number, tail: Tail, signal: AbortSignal): Promise<void> {
    try {
      const answer = await this.#runner.call(session, identity, {
        method: "GET",
        path: `/agui/events?after=${after}`,
        headers: { accept: "text/event-stream" },
        signal,
        streaming: true,
      });
      await tail.consume(answer.body);
    } catch {
      // The reader sees that the tail has ended and asks again, with the session as it is then.
      tail.end();
    }
  }

  #release(key: string, shared: Shared): void {
    shared.readers -= 1;
    if (shared.readers > 0) return;
    shared.timer = setTimeout(() => {
      this.#drop(key, shared);
      shared.abort.abort();
    }, LINGER_MILLISECONDS);
    shared.timer.unref();
  }

  #drop(key: string, shared: Shared): void {
    if (this.#shared.get(key) === shared) this.#shared.delete(key);
  }
}

function releaseOnce(release: () => void): () => void {
  let released = false;
  return () => {
    if (released) return;
    released = true;
    release();
  };
}
