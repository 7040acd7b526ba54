"use client";
/**
 * Keeps the end of a growing conversation in sight for as long as the reader has not scrolled away from it. A reader
 * leaves the end by scrolling up, never by content that grows, and returns by coming near it.
 */
import { type RefObject, useCallback, useEffect, useRef, useState } from "react";

/** Closer to the end than this, the reader is "at the end". */
const NEAR_END_PX = 80;
/** After this time, a jump has arrived. */
const SETTLED_MS = 300;

export interface StickToEnd {
  readonly isAtEnd: boolean;
  scrollToEnd: () => void;
  /** The reader goes somewhere else on purpose: the end is not held any more. */
  leaveEnd: () => void;
}

/** @param content what grows; @param scroller the element that scrolls it */
export function useStickToEnd(
  scroller: RefObject<HTMLElement | null>,
  content: RefObject<HTMLElement | null>,
): StickToEnd {
  const isPinned = useRef(true);
  const [isAtEnd, setAtEnd] = useState(true);

  const scrollToEnd = useCallback(() => {
    isPinned.current = true;
    setAtEnd(true);
    const element = scroller.current;
    if (element !== null) element.scrollTop = element.scrollHeight;
  }, [scroller]);

  const leaveEnd = useCallback(() => {
    isPinned.current = false;
    setAtEnd(false);
    // Where they went may be the end all the same, and then nothing scrolls.
    setTimeout(() => {
      const element = scroller.current;
      if (element === null || element.scrollHeight - element.scrollTop - element.clientHeight > NEAR_END_PX) return;
      isPinned.current = true;
      setAtEnd(true);
    }, SETTLED_MS);
  }, [scroller]);

  useEffect(() => {
    const element = scroller.current;
    const inner = content.current;
    if (element === null || inner === null) return;
    let lastTop = element.scrollTop;
    const onScroll = () => {
      const distance = element.scrollHeight - element.scrollTop - element.clientHeight;
      if (distance <= NEAR_END_PX) isPinned.current = true;
      else if (element.scrollTop < lastTop - 1) isPinned.current = false;
      lastTop = element.scrollTop;
      setAtEnd(isPinned.current);
    };
    const observer = new ResizeObserver(() => {
      if (isPinned.current) element.scrollTop = element.scrollHeight;
    });
    observer.observe(inner);
    observer.observe(element);
    element.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", onScroll);
    };
  }, [scroller, content]);

  return { isAtEnd, scrollToEnd, leaveEnd };
}
