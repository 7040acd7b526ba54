"use client";
/** Holds a session's event stream open while somebody looks, and fills a thread store from it. */
import { useEffect, useMemo, useState } from "react";
import { type ConnectionState, holdEventStream } from "./connection/event-stream";
import { parseEvent } from "./fields";
import { browserScheduler, createThreadStore, type ThreadStore } from "./thread-store";

/** Browsers keep few connections per host, so a tab that nobody looks at gives its own back after this time. */
const HIDDEN_MS = 60_000;
/** When nothing has come for this long, what is there is all that there is for now. */
const QUIET_MS = 250;

export interface ThreadStream {
  readonly store: ThreadStore;
  readonly connection: ConnectionState;
  /** False while the history is still arriving for the first time. */
  readonly isReady: boolean;
}

/**
 * @param url of the events
 * @param knownSeq the newest event that the session's status tells of: the history is complete once it is there
 */
export function useThreadStream(url: string, knownSeq: number): ThreadStream {
  const store = useMemo(() => createThreadStore(browserScheduler), [url]); // eslint-disable-line react-hooks/exhaustive-deps -- a store per address
  const [connection, setConnection] = useState<ConnectionState>({ status: "connecting" });
  const [isReady, setReady] = useState(false);
  const isVisible = useRecentlyVisible();

  useEffect(() => {
    if (!isVisible) {
      setConnection({ status: "paused" });
      return;
    }
    const controller = new AbortController();
    const id = () => (store.lastReceived() === 0 ? undefined : String(store.lastReceived()));
    void holdEventStream({
      url: () => url,
      lastEventId: id,
      onEvent({ id: eventId, data }) {
        const event = parseEvent(data);
        const seq = eventId !== undefined && /^\d+$/.test(eventId) ? Number(eventId) : undefined;
        if (event !== undefined) store.receive(event, seq);
      },
      onState: setConnection,
      signal: controller.signal,
    });
    return () => controller.abort();
  }, [store, url, isVisible]);

  useEffect(() => {
    if (isReady || connection.status === "connecting") return;
    let timer = setTimeout(() => setReady(true), QUIET_MS);
    const unsubscribe = store.subscribe(() => {
      clearTimeout(timer);
      const isWhole = store.getState().lastSeq >= knownSeq;
      timer = setTimeout(() => setReady(true), isWhole ? 0 : QUIET_MS);
    });
    return () => {
      clearTimeout(timer);
      unsubscribe();
    };
  }, [store, knownSeq, isReady, connection.status]);

  return { store, connection, isReady };
}

/** True while the tab is looked at, and for a while after. */
function useRecentlyVisible(): boolean {
  const [isVisible, setVisible] = useState(true);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const update = () => {
      clearTimeout(timer);
      if (document.visibilityState === "visible") setVisible(true);
      else timer = setTimeout(() => setVisible(false), HIDDEN_MS);
    };
    document.addEventListener("visibilitychange", update);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", update);
    };
  }, []);
  return isVisible;
}
