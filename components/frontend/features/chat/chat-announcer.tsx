"use client";
/** Reads finished messages and questions out politely; the streaming text itself would only stutter. */
import { useEffect, useRef, useState } from "react";
import * as texts from "@/lib/texts";
import { useThreadStore } from "../thread/thread-context";

const MAXIMUM_CHARACTERS = 400;

export function ChatAnnouncer() {
  const store = useThreadStore();
  const [message, setMessage] = useState("");
  const announced = useRef<string | undefined>(undefined);

  useEffect(() => {
    /** The newest finished message; undefined while it is still being written. */
    const newest = () => {
      const { main, entries } = store.getState();
      for (let index = main.length - 1; index >= Math.max(0, main.length - 8); index -= 1) {
        const entry = entries.get(main.get(index) ?? -1);
        if (entry?.kind === "text" && entry.role === "assistant") return entry.isStreaming ? undefined : entry;
        if (entry?.kind === "interrupt" && entry.resolution === undefined) return entry;
      }
      return undefined;
    };
    announced.current = newest()?.key;
    return store.subscribe(() => {
      const entry = newest();
      if (entry === undefined || entry.key === announced.current) return;
      announced.current = entry.key;
      setMessage(
        entry.kind === "text" ? texts.chat.announcement(entry.text.slice(0, MAXIMUM_CHARACTERS)) : texts.states.waiting,
      );
    });
  }, [store]);

  return (
    <div role="log" aria-live="polite" className="sr-only">
      {message}
    </div>
  );
}
