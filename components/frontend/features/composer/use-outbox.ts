"use client";
/** Sends messages in order as soon as the session can take them, and lets go of each once the conversation has it. */
import { RunAccepted } from "@pilothouse/contracts";
import { useCallback, useEffect, useReducer, useState } from "react";
import { api } from "@/lib/api/paths";
import { ApiError, command, messageOf, request } from "@/lib/api/request";
import { randomId } from "@/lib/random-id";
import type { ThreadStore } from "../thread/thread-store";
import { nextToSend, reduceOutbox } from "./outbox";

/** How long to wait before asking a session again that was not ready. */
const POSTPONED_MS = 1200;

export interface OutboxHandle {
  readonly messages: ReturnType<typeof reduceOutbox>;
  write: (text: string) => void;
  retry: (id: string) => void;
  /** Takes a message back, also from the server's queue. */
  discard: (id: string) => void;
}

interface OutboxOptions {
  project: string;
  session: string;
  /** Whether a runner lives that can take messages. */
  canSend: boolean;
  store: ThreadStore;
}

export function useOutbox({ project, session, canSend, store }: OutboxOptions): OutboxHandle {
  const [messages, dispatch] = useReducer(reduceOutbox, []);
  const [postponed, setPostponed] = useState(0);

  useEffect(() => {
    const next = nextToSend(messages);
    if (!canSend || next === undefined) return;
    dispatch({ type: "sending", id: next.id });
    const body = { runId: next.id, messages: [{ id: next.id, role: "user", content: next.text }] };
    request(RunAccepted, api.run(project, session), {
      method: "POST",
      body,
      headers: { "idempotency-key": next.id },
    }).then(
      ({ queued }) => dispatch({ type: "accepted", id: next.id, isQueued: queued === true }),
      (error: unknown) => {
        if (!(error instanceof ApiError) || error.status !== 409)
          return dispatch({ type: "failed", id: next.id, reason: messageOf(error) });
        setTimeout(() => {
          dispatch({ type: "postponed", id: next.id });
          setPostponed((count) => count + 1);
        }, POSTPONED_MS);
      },
    );
  }, [messages, canSend, project, session, postponed]);

  useEffect(() => {
    if (messages.length === 0) return;
    const settle = () => {
      const { positions } = store.getState();
      for (const { id } of messages) if (positions.has(`user:${id}`)) dispatch({ type: "removed", id });
    };
    settle();
    return store.subscribe(settle);
  }, [messages, store]);

  const discard = useCallback(
    (id: string) => {
      const message = messages.find((item) => item.id === id);
      if (message?.state.type !== "accepted") return dispatch({ type: "removed", id });
      // Too late when its run has begun: then the conversation shows it, and nothing needs to be said.
      command(api.queued(project, session, id), { method: "DELETE" }).then(
        () => dispatch({ type: "removed", id }),
        () => undefined,
      );
    },
    [messages, project, session],
  );

  return {
    messages,
    write: useCallback((text: string) => dispatch({ type: "written", id: randomId(), text }), []),
    retry: useCallback((id: string) => dispatch({ type: "retried", id }), []),
    discard,
  };
}
