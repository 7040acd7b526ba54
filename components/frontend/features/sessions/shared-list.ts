/**
 * One list stream per browser, however many tabs show the list: browsers keep six connections per host (HTTP/1.1), and
 * streams hold theirs for good. The tab that holds a Web Lock leads: it reads the stream, and passes on what it reads by
 * BroadcastChannel. All tabs reduce the same events, so that each of them can take the lead at any moment.
 */
import type { AgenticSession, SessionListEvent } from "@pilothouse/contracts";
import type { ConnectionState } from "../thread/connection/event-stream.ts";
import { applyListEvent, beginList, type SessionListState } from "./session-list-state.ts";

/** A leader that does not answer within this time has been put to sleep, and loses the lead. */
const ANSWER_MS = 2_000;

/** From the tab that leads to the others, and back. */
type Message =
  | { readonly type: "hello"; readonly from: string; readonly isInStep: boolean }
  /** The answer to `hello`; without a state for those who have it. */
  | {
      readonly type: "here";
      readonly to: string;
      readonly state: SessionListState | undefined;
      readonly stream: ConnectionState;
    }
  /** A connection stands, and will begin with the whole list. */
  | { readonly type: "open" }
  | { readonly type: "event"; readonly event: SessionListEvent }
  | { readonly type: "stream"; readonly stream: ConnectionState };

export interface ListStream {
  onOpen: () => void;
  onEvent: (event: SessionListEvent) => void;
  onState: (state: ConnectionState) => void;
  signal: AbortSignal;
}

export interface SharedListOptions {
  /** Whose list of what: tabs with the same scope share a stream. */
  readonly scope: string;
  readonly known: Iterable<AgenticSession>;
  /** Reads the stream until the signal aborts, or the server refuses for good. */
  readonly read: (stream: ListStream) => Promise<void>;
  onChange: (state: SessionListState) => void;
  onState: (state: ConnectionState) => void;
  readonly signal: AbortSignal;
}

/** Follows a list until the signal aborts. Without Web Locks (plain http from another host) each tab reads for itself. */
export function followSharedList(options: SharedListOptions): void {
  const { scope, signal } = options;
  const { locks } = navigator as { locks?: LockManager };
  const tab = crypto.getRandomValues(new Uint32Array(4)).join("-");
  let state = beginList(options.known);
  let stream: ConnectionState = { status: "connecting" };
  /** Whether this tab's state is a leader's: events of a leader can be applied to it. */
  let isInStep = false;
  let isLeading = false;
  let patience: ReturnType<typeof setTimeout> | undefined;

  const accept = (message: Message): void => {
    if (message.type === "open") {
      state = beginList(state.byUid.values());
      isInStep = true;
    } else if (message.type === "event") {
      if (!isInStep) return;
      state = applyListEvent(state, message.event);
      if (state.arriving === undefined) options.onChange(state);
    } else if (message.type === "stream") {
      stream = message.stream;
      options.onState(stream);
    }
  };

  async function lead(tell: (message: Message) => void, until: AbortSignal): Promise<void> {
    isLeading = true;
    clearTimeout(patience);
    const say = (message: Message): void => {
      if (until.aborted) return;
      accept(message);
      tell(message);
    };
    try {
      await options.read({
        onOpen: () => say({ type: "open" }),
        onEvent: (event) => say({ type: "event", event }),
        onState: (next) => say({ type: "stream", stream: next }),
        signal: until,
      });
      // Refused for good: the lead is kept, so that no other tab asks the same in vain.
      if (!until.aborted) await new Promise((resolve) => until.addEventListener("abort", resolve, { once: true }));
    } finally {
      isLeading = false;
    }
  }

  if (locks === undefined) {
    void lead(() => undefined, signal);
    return;
  }

  const channel = new BroadcastChannel(`pilothouse-list ${scope}`);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has no target
  const tell = (message: Message): void => channel.postMessage(message);

  /** Waits for the lead, or takes it; ends when the signal aborts or another tab takes it. */
  async function candidate(how: { steal: true } | { signal: AbortSignal }): Promise<void> {
    const lost = new AbortController();
    try {
      await locks?.request(`pilothouse-list ${scope}`, how, () => lead(tell, AbortSignal.any([signal, lost.signal])));
    } catch {
      // Aborted, or another tab took the lead.
    } finally {
      lost.abort();
    }
  }

  async function stand(): Promise<void> {
    while (!signal.aborted) await candidate({ signal });
  }

  /** Asks the leader for its state; one that is asleep is relieved. */
  function ask(): void {
    if (isLeading || signal.aborted) return;
    tell({ type: "hello", from: tab, isInStep });
    clearTimeout(patience);
    patience = setTimeout(() => void candidate({ steal: true }), ANSWER_MS);
  }

  channel.addEventListener("message", ({ data }: MessageEvent<Message>) => {
    if (data.type === "hello") {
      if (isLeading) tell({ type: "here", to: data.from, state: data.isInStep ? undefined : state, stream });
    } else if (isLeading) {
      return; // The last words of a leader that has lost the lead.
    } else if (data.type !== "here") {
      accept(data);
    } else if (data.to === tab) {
      clearTimeout(patience);
      accept({ type: "stream", stream: data.stream });
      if (data.state === undefined) return;
      state = data.state;
      isInStep = true;
      if (state.arriving === undefined) options.onChange(state);
    }
  });
  const onVisible = (): void => {
    if (document.visibilityState === "visible") ask();
  };
  globalThis.document?.addEventListener("visibilitychange", onVisible);
  signal.addEventListener("abort", () => {
    clearTimeout(patience);
    globalThis.document?.removeEventListener("visibilitychange", onVisible);
    channel.close();
  });
  ask();
  void stand();
}
