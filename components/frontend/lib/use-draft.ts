"use client";
/** Text that is kept while it is written: a reload or a wrong click loses nothing. */
import { useCallback, useEffect, useState } from "react";

/** What was typed before wins over `initial`. @returns the text, a setter, and whether the text was found from an earlier visit */
export function useDraft(key: string, initial = ""): [string, (text: string) => void, boolean] {
  const [text, setText] = useState(initial);
  const [isRestored, setRestored] = useState(false);
  useEffect(() => {
    const kept = read(key);
    if (kept === null || kept === "") return;
    setText(kept);
    setRestored(true);
  }, [key]);
  const change = useCallback(
    (next: string) => {
      setText(next);
      write(key, next);
    },
    [key],
  );
  return [text, change, isRestored];
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(`draft:${key}`);
  } catch {
    return null; // Storage is switched off: drafts live as long as the page.
  }
}

function write(key: string, text: string): void {
  try {
    if (text === "") localStorage.removeItem(`draft:${key}`);
    else localStorage.setItem(`draft:${key}`, text);
  } catch {
    // As above, or full: the text is still on the page.
  }
}
