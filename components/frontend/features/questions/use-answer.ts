"use client";
/** Sending an answer once, with what went wrong if it did. */
import { useState } from "react";
import { messageOf } from "@/lib/api/request";
import { useChat } from "../chat/chat-context";

export function useAnswer(interruptId: string) {
  const { answer, canAct } = useChat();
  const [isSending, setSending] = useState(false);
  const [error, setError] = useState<string>();
  const send = (status: "resolved" | "cancelled", payload?: unknown): void => {
    if (isSending) return;
    setSending(true);
    setError(undefined);
    // Stays "sending" on success: the stream brings the answer back and replaces the card.
    answer({ interruptId, status, ...(payload === undefined ? {} : { payload }) }).catch((problem: unknown) => {
      setError(messageOf(problem));
      setSending(false);
    });
  };
  return { send, isSending, error, canAct };
}
