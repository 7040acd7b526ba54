"use client";
/** Ctrl or ⌘ with F opens the search of the conversation; pressed again in its field, the browser's own. */
import { useEffect, useState } from "react";

/** Fetched before it is asked for, so that it is there for the first letter. */
const PREPARE_MS = 3000;

/** @param prepare fetches what is shown when it is asked for */
export function useSearchShortcut(prepare: () => Promise<unknown>) {
  /** How often it was asked for; 0 while it is closed. */
  const [asked, setAsked] = useState(0);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const isFind = event.key.toLowerCase() === "f" && (event.ctrlKey || event.metaKey);
      if (!isFind || event.altKey || event.shiftKey || event.defaultPrevented) return;
      const isElsewhere = document.querySelector('[role="dialog"]') !== null;
      const isInSearch = event.target instanceof Element && event.target.closest('[role="search"]') !== null;
      if (isElsewhere || isInSearch) return;
      event.preventDefault();
      setAsked((count) => count + 1);
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
  useEffect(() => {
    const timer = setTimeout(() => void prepare().catch(() => undefined), PREPARE_MS);
    return () => clearTimeout(timer);
  }, [prepare]);
  return { asked, open: () => setAsked((count) => count + 1), close: () => setAsked(0) };
}
