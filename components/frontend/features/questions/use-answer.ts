"use client";
/** Sending an answer once, with what went wrong if it did. */
import { useState } from "react";
import { messageOf } from "@/lib/api/request";
import { focusComposer } from "../composer/focus-composer";
import { useChat } from "../chat/chat-context";

export function useAnswer(interruptId: string) {
  const { answer, canAct } = useChat();
  const [isSending, setSending] = useState(false);
  const [error, setError] = useState<string>();
  const send = (status: "resolved" | "cancelled", payload?: unknown): void => {
    if (isSending) return;
    // What was pressed cannot keep the focus while it is sent. Who uses keys goes on with the next message.
    const pressed = document.activeElement;
    const isByKeys = pressed instanceof HTMLElement && pressed.matches(":focus-visible");
    setSending(true);
    setError(undefined);
    // Stays "sending" on success: the stream brings the answer back and replaces the card.
    answer({ interruptId, status, ...(payload === undefined ? {} : { payload }) }).then(
      () => isByKeys && focusComposer(),
      (problem: unknown) => {
        setError(messageOf(problem));
        setSending(false);
        if (isByKeys) setTimeout(() => pressed.focus());
      },
    );
  };
  return { send, isSending, error, canAct };
}
