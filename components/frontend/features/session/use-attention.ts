"use client";
/** The tab's title: the session's name, with a mark while it needs somebody. */
import type { AgenticSession } from "@pilothouse/contracts";
import { useEffect } from "react";
import { sessionState, sessionTitle } from "@/lib/session-state";
import { texts } from "@/lib/texts";

export function useAttention(session: AgenticSession): void {
  const title = `${sessionState(session).needsYou ? "● " : ""}${sessionTitle(session)} · ${texts.product}`;
  useEffect(() => {
    document.title = title;
  }, [title]);
}
