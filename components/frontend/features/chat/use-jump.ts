"use client";
/** Brings a row into view, wherever it is, and marks it for a moment: for links to messages, and for search. */
import type { Virtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useRef, useState } from "react";
import { useThreadStore } from "../thread/thread-context";
import type { Row } from "./rows";

const MARKED_MS = 2_400;
const PREFIX = "message-";

export const hashOf = (messageId: string): string => `${PREFIX}${encodeURIComponent(messageId)}`;

function messageIdOf(hash: string): string | undefined {
  if (!hash.startsWith(`#${PREFIX}`)) return undefined;
  try {
    return decodeURIComponent(hash.slice(PREFIX.length + 1));
  } catch {
    return undefined; // Not an address of ours.
  }
}

export interface Jump {
  /** Key of the row that is marked. */
  readonly marked: string | undefined;
  to: (index: number) => void;
}

interface JumpOptions {
  rows: readonly Row[];
  virtualizer: Virtualizer<HTMLDivElement, Element>;
  /** Tells that the reader goes somewhere else on purpose. */
  leaveEnd: () => void;
}

export function useJump({ rows, virtualizer, leaveEnd }: JumpOptions): Jump {
  const store = useThreadStore();
  const [marked, setMarked] = useState<string>();
  const current = useRef(rows);
  current.current = rows;

  const to = useCallback(
    (index: number) => {
      const row = current.current[index];
      if (row === undefined) return;
      leaveEnd();
      virtualizer.scrollToIndex(index, { align: "center" });
      setMarked(row.key);
    },
    [virtualizer, leaveEnd],
  );

  useEffect(() => {
    if (marked === undefined) return;
    const timer = setTimeout(() => setMarked(undefined), MARKED_MS);
    return () => clearTimeout(timer);
  }, [marked]);

  useEffect(() => {
    const follow = () => {
      const id = messageIdOf(location.hash);
      if (id === undefined) return;
      const { entries } = store.getState();
      to(
        current.current.findIndex((row) =>
          row.positions.some((position) => {
            const entry = entries.get(position);
            return (entry?.kind === "text" || entry?.kind === "user") && entry.id === id;
          }),
        ),
      );
    };
    follow();
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }, [store, to]);

  return { marked, to };
}
