"use client";
/** Marks the words that are searched for where they are on the screen, without touching what React drew. */
import { type RefObject, useEffect } from "react";

const NAME = "search";
const MAXIMUM_MARKS = 500;

export function useHighlightMatches(content: RefObject<HTMLElement | null>, query: string): void {
  useEffect(() => {
    const root = content.current;
    const needle = query.trim().toLowerCase();
    // Where the browser has no custom highlights, the row is marked all the same.
    if (root === null || needle === "" || !("highlights" in CSS)) return;
    let frame = 0;
    const mark = () => {
      frame = 0;
      CSS.highlights.set(NAME, new Highlight(...rangesIn(root, needle)));
    };
    const later = () => {
      if (frame === 0) frame = requestAnimationFrame(mark);
    };
    mark();
    const observer = new MutationObserver(later);
    observer.observe(root, { childList: true, subtree: true, characterData: true });
    return () => {
      observer.disconnect();
      cancelAnimationFrame(frame);
      CSS.highlights.delete(NAME);
    };
  }, [content, query]);
}

function rangesIn(root: HTMLElement, needle: string): Range[] {
  const ranges: Range[] = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null && ranges.length < MAXIMUM_MARKS; node = walker.nextNode()) {
    const text = node.nodeValue?.toLowerCase() ?? "";
    for (let at = text.indexOf(needle); at !== -1; at = text.indexOf(needle, at + needle.length)) {
      const range = new Range();
      range.setStart(node, at);
      range.setEnd(node, at + needle.length);
      ranges.push(range);
    }
  }
  return ranges;
}
