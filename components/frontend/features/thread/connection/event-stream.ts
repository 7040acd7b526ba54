/**
 * One event stream that is held open: reconnects with back-off from the last id, notices a connection that died without
 * a word, and says at each moment how it stands. `fetch` rather than EventSource, which hides status codes.
 */
import { createEventParser, type ServerSentEvent } from "./server-sent-events.ts";

export type ConnectionState =
  | { readonly status: "connecting" }
  | { readonly status: "live" }
  | { readonly status: "waiting"; readonly attempt: number; readonly retryAt: number }
  /** Closed on purpose while nobody looks. */
  | { readonly status: "paused" }
  | { readonly status: "refused"; readonly httpStatus: number };

export interface EventStreamOptions {
  /** Where to read on from; asked anew for each connection. */
  url: () => string;
  lastEventId: () => string | undefined;
  onEvent: (event: ServerSentEvent) => void;
  /** A connection stands; a stream that begins with the whole list clears what it knew. */
  onOpen?: () => void;
  onState: (state: ConnectionState) => void;
  signal: AbortSignal;
  fetch?: typeof fetch;
  now?: () => number;
}

const FIRST_DELAY_MS = 400;
const LONGEST_DELAY_MS = 10_000;
/** The server sends a heartbeat at least every 15 s. */
const SILENCE_MS = 40_000;

/** Runs until the signal aborts or the server refuses for good (401, 403, 404, 410). */
export async function holdEventStream(options: EventStreamOptions): Promise<void> {
  const { signal } = options;
  const onState = (state: ConnectionState): void => options.onState(state);
  const now = options.now ?? Date.now;
  let failures = 0;
  while (!signal.aborted) {
    onState(failures === 0 ? { status: "connecting" } : { status: "waiting", attempt: failures, retryAt: now() });
    const outcome = await connectOnce(options);
    if (signal.aborted) return;
    if (outcome.type === "refused") return onState({ status: "refused", httpStatus: outcome.httpStatus });
    failures = outcome.receivedAny ? 1 : failures + 1;
    const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - 1)) * (0.75 + Math.random() / 2);
    onState({ status: "waiting", attempt: failures, retryAt: now() + delay });
    await sleepOrOnline(delay, signal);
  }
}

type Outcome = { type: "ended"; receivedAny: boolean } | { type: "refused"; httpStatus: number };

async function connectOnce(options: EventStreamOptions): Promise<Outcome> {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), SILENCE_MS);
  let receivedAny = false;
  try {
    const id = options.lastEventId();
    const response = await (options.fetch ?? fetch)(options.url(), {
      headers: { accept: "text/event-stream", ...(id === undefined ? {} : { "last-event-id": id }) },
      cache: "no-store",
      signal: AbortSignal.any([options.signal, silence.signal]),
    });
    if ([401, 403, 404, 410].includes(response.status)) {
      await response.body?.cancel();
      return { type: "refused", httpStatus: response.status };
    }
    if (!response.ok || response.body === null) return { type: "ended", receivedAny };
    options.onOpen?.();
    options.onState({ status: "live" });
    const parse = createEventParser();
    const decoder = new TextDecoder();
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { type: "ended", receivedAny };
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MS);
      receivedAny = true;
      for (const event of parse(decoder.decode(value, { stream: true }))) options.onEvent(event);
    }
  } catch {
    return { type: "ended", receivedAny }; // A broken connection is what this file is for: the caller tries again.
  } finally {
    clearTimeout(timer);
  }
}

/** Waits, but no longer than until the browser says that the network is back. */
function sleepOrOnline(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      globalThis.removeEventListener?.("online", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done, { once: true });
    globalThis.addEventListener?.("online", done, { once: true });
  });
}
