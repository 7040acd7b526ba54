"use client";
/** The tab's title: the session's name, with a mark while it needs somebody. */
import type { AgenticSession } from "@pilothouse/contracts";
import { useEffect } from "react";
import { sessionState, sessionTitle } from "@/lib/session-state";
import { texts } from "@/lib/texts";

export function useAttention(session: AgenticSession): void {
  const title = `${sessionState(session).needsYou ? "● " : ""}${sessionTitle(session)} · ${texts.product}`;
  useEffect(() => {
    const apply = () => {
      if (document.title !== title) document.title = title;
    };
    apply();
    // The page's own metadata arrives after the page, and would put its title over this one.
    const observer = new MutationObserver(apply);
    observer.observe(document.head, { childList: true, subtree: true, characterData: true });
    return () => observer.disconnect();
  }, [title]);
}
