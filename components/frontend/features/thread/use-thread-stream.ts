"use client";
/** Holds a session's event stream open while somebody looks, and fills a thread store from it. */
import { useEffect, useMemo, useState } from "react";
import type { ConnectionState } from "./connection/event-stream";
import { holdLimitedStream } from "./connection/limited-stream";
import { signInEnded, useSignIn } from "@/lib/sign-in-again";
import { parseEvent } from "./fields";
import { browserScheduler, createThreadStore, type ThreadStore } from "./thread-store";
import { useAttended } from "./use-attended";

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
  const isAttended = useAttended();
  const { round } = useSignIn();

  useEffect(() => {
    if (!isAttended) {
      setConnection({ status: "paused" });
      return;
    }
    const controller = new AbortController();
    const id = () => (store.lastReceived() === 0 ? undefined : String(store.lastReceived()));
    void holdLimitedStream({
      url: () => url,
      lastEventId: id,
      onEvent({ id: eventId, data }) {
        const event = parseEvent(data);
        const seq = eventId !== undefined && /^\d+$/.test(eventId) ? Number(eventId) : undefined;
        if (event !== undefined) store.receive(event, seq);
      },
      onState(next) {
        setConnection(next);
        if (next.status === "refused" && next.httpStatus === 401) signInEnded();
      },
      signal: controller.signal,
    });
    return () => controller.abort();
  }, [store, url, isAttended, round]);

  useEffect(() => {
    if (isReady || connection.status === "connecting" || connection.status === "paused") return;
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
