"use client";
/** A text's markdown, parsed as far as a frame allows; the rest comes with the next ones. */
import { useEffect, useReducer, useRef } from "react";
import { emptyMarkdown, type ParsedMarkdown, parseMarkdown } from "./blocks";

/** One parse stops here, and what is left waits for the next frame. */
const BUDGET_MS = 16;
/** A parse that could not be stopped in time (one enormous table) is not made again before so many times its cost. */
const REST = 8;

/** Of texts that took more than one frame, so that coming back to one does not begin anew. */
const MAXIMUM_REMEMBERED = 8;
const remembered = new Map<string, ParsedMarkdown>();

function remember(text: string, parsed: ParsedMarkdown): void {
  remembered.set(text, parsed);
  const [oldest] = remembered.keys();
  if (remembered.size > MAXIMUM_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
}

export function useParsed(text: string): ParsedMarkdown {
  // A cache of the last parse: rendering twice with the same text gives the same blocks.
  const state = useRef({ parsed: emptyMarkdown, of: "", notBefore: 0, wasSplit: false });
  const [, goOn] = useReducer((count: number) => count + 1, 0);
  const { current } = state;
  const isCurrent = current.of === text && current.parsed.isWhole;
  const begun = performance.now();
  if (!isCurrent && begun >= current.notBefore) {
    const known = current.of === "" ? remembered.get(text) : undefined;
    current.parsed = known ?? parseMarkdown(text, current.parsed, () => performance.now() - begun > BUDGET_MS);
    current.of = text;
    const cost = performance.now() - begun;
    current.notBefore = cost > BUDGET_MS * 2 ? begun + cost * REST : 0;
    current.wasSplit ||= !current.parsed.isWhole;
  }
  const isBehind = current.of !== text || !current.parsed.isWhole;
  useEffect(() => {
    if (!isBehind) {
      if (state.current.wasSplit) remember(text, state.current.parsed);
      return;
    }
    const wait = Math.max(0, state.current.notBefore - performance.now());
    const timer = setTimeout(goOn, wait);
    return () => clearTimeout(timer);
  });
  return current.parsed;
}
