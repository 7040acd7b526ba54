/**
 * An event stream that shares the browser's connections with other tabs. Browsers keep six per host (HTTP/1.1), so only
 * so many tabs hold their stream open; the others, until one of those gives its place up, look in every few seconds.
 */
import { type EventStreamOptions, holdEventStream } from "./event-stream.ts";

/** Of six connections one is for the list of sessions, and two are left for everything else. */
const PLACES = 3;
/** Once nothing has come for this long, a visit has seen all that there is. */
const QUIET_MS = 400;
const BETWEEN_VISITS_MS = 2_000;

/** Runs until the signal aborts or the server refuses for good. */
export async function holdLimitedStream(options: EventStreamOptions): Promise<void> {
  while (!options.signal.aborted) {
    let isRefused = false;
    const watched: EventStreamOptions = {
      ...options,
      onState(state) {
        isRefused = state.status === "refused";
        options.onState(state);
      },
    };
    const gotPlace = await withPlace(() => holdEventStream(watched));
    if (!gotPlace) await visit(watched);
    if (isRefused) return;
    if (!gotPlace) await sleep(BETWEEN_VISITS_MS, options.signal);
  }
}

/** Runs the work while holding one of the browser's places; false when all are taken. Without Web Locks there is always one. */
async function withPlace(work: () => Promise<void>): Promise<boolean> {
  const { locks } = navigator as { locks?: LockManager };
  if (locks === undefined) {
    await work();
    return true;
  }
  for (let place = 0; place < PLACES; place += 1) {
    const isMine = await locks.request(`pilothouse-stream ${place}`, { ifAvailable: true }, async (lock) => {
      if (lock !== null) await work();
      return lock !== null;
    });
    if (isMine) return true;
  }
  return false;
}

/** Reads what there is, and leaves. */
async function visit(options: EventStreamOptions): Promise<void> {
  const leaving = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wait = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => leaving.abort(), QUIET_MS);
  };
  try {
    await holdEventStream({
      ...options,
      signal: AbortSignal.any([options.signal, leaving.signal]),
      onOpen() {
        wait();
        options.onOpen?.();
      },
      onEvent(event) {
        wait();
        options.onEvent(event);
      },
      // To the reader a thread that is looked at every few seconds is live.
      onState: (state) => state.status !== "connecting" && options.onState(state),
    });
  } finally {
    clearTimeout(timer);
  }
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done, { once: true });
  });
}
