"use client";
/** The tab's title: the session's name, with a mark while it needs somebody, or when it got done while nobody looked. */
import type { AgenticSession } from "@pilothouse/contracts";
import { useEffect, useState } from "react";
import { sessionState, sessionTitle } from "@/lib/session-state";
import * as texts from "@/lib/texts";

export function useAttention(session: AgenticSession): void {
  const state = sessionState(session);
  const isDoneUnseen = useUnseen(state.glyph === "idle" || state.glyph === "done" || state.isEnded);
  const mark = state.needsYou ? "● " : isDoneUnseen ? "✓ " : "";
  const title = `${mark}${sessionTitle(session)} · ${texts.product}`;
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

/** Whether something became true while the tab was hidden, until it is looked at. */
function useUnseen(isTrue: boolean): boolean {
  const [wasTrue, setWasTrue] = useState(isTrue);
  const [isUnseen, setUnseen] = useState(false);
  useEffect(() => {
    setWasTrue(isTrue);
    if (isTrue && !wasTrue && document.visibilityState === "hidden") setUnseen(true);
    if (!isTrue) setUnseen(false);
  }, [isTrue, wasTrue]);
  useEffect(() => {
    const look = () => {
      if (document.visibilityState === "visible") setUnseen(false);
    };
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, []);
  return isUnseen;
}
