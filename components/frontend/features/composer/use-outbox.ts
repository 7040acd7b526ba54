"use client";
/** Sends messages in order as soon as the session can take them, and lets go of each once the conversation has it. */
import { useCallback, useEffect, useReducer, useState } from "react";
import { RunAccepted } from "@/lib/api/answers/conversation";
import { api } from "@/lib/api/paths";
import { ApiError, command, messageOf, request } from "@/lib/api/request";
import { randomId } from "@/lib/random-id";
import type { ThreadStore } from "../thread/thread-store";
import { messageContent, type SentFile } from "./attachments";
import { nextToSend, type Outbox, type OutgoingMessage, reduceOutbox } from "./outbox";
import { readOutbox, writeOutbox } from "./outbox-storage";

/** How long to wait before asking a session again that was not ready. */
const POSTPONED_MS = 1200;

export interface OutboxHandle {
  readonly messages: Outbox;
  write: (text: string, files: readonly SentFile[]) => void;
  retry: (id: string) => void;
  /** Takes a message back, also from the server's queue. False when its run has begun: then it is said. */
  discard: (id: string) => Promise<boolean>;
}

interface OutboxOptions {
  project: string;
  session: string;
  /** Uid of the session: messages that were on their way to it outlive a reload. */
  thread: string;
  /** Whether a runner lives that can take messages. */
  canSend: boolean;
  /** Whether the conversation is all there, so that what it holds already is not sent again. */
  isReady: boolean;
  store: ThreadStore;
}

export function useOutbox({ project, session, thread, canSend, isReady, store }: OutboxOptions): OutboxHandle {
  const [messages, dispatch] = useReducer(reduceOutbox, []);
  const [isRestored, setRestored] = useState(false);
  const [postponed, setPostponed] = useState(0);

  useEffect(() => {
    if (!isReady) return;
    dispatch({ type: "restored", messages: readOutbox(thread).filter(({ id }) => !isSaid(store, id)) });
    setRestored(true);
  }, [isReady, store, thread]);
  useEffect(() => {
    if (isRestored) writeOutbox(thread, messages);
  }, [isRestored, thread, messages]);

  useEffect(() => {
    const next = nextToSend(messages);
    if (!canSend || next === undefined) return;
    dispatch({ type: "sending", id: next.id });
    const message = { id: next.id, role: "user", content: messageContent(next.text, next.files) };
    request(RunAccepted, api.run(project, session), {
      method: "POST",
      body: { runId: next.id, messages: [message] },
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
      for (const { id } of messages) if (isSaid(store, id)) dispatch({ type: "removed", id });
    };
    settle();
    return store.subscribe(settle);
  }, [messages, store]);

  const discard = useCallback(
    async (id: string) => {
      const message = messages.find((item) => item.id === id);
      const isOut = message?.state.type !== "accepted" || (await leaveQueue(project, session, message));
      if (isOut) dispatch({ type: "removed", id });
      return isOut;
    },
    [messages, project, session],
  );

  return {
    messages,
    write: useCallback((text, files) => dispatch({ type: "written", id: randomId(), text, files }), []),
    retry: useCallback((id: string) => dispatch({ type: "retried", id }), []),
    discard,
  };
}

const isSaid = (store: ThreadStore, id: string): boolean => store.getState().positions.has(`user:${id}`);

/** False when it is too late: the conversation shows the message, and nothing needs to be said. */
async function leaveQueue(project: string, session: string, { id }: OutgoingMessage): Promise<boolean> {
  try {
    await command(api.queued(project, session, id), { method: "DELETE" });
    return true;
  } catch {
    return false;
  }
}
