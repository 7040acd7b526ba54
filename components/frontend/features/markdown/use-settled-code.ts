"use client";
/** How much of a growing code to colour: colouring begins anew each time, so that it must not be done for each word. */
import { useDeferredValue, useEffect, useState } from "react";

/** Up to here it costs less than a frame. */
const SMALL = 4_000;
/** Beyond, when there is so much more to colour, or nothing more has come for so long. */
const GROWTH = 1.5;
const REST_MS = 150;

export function useSettledCode(code: string): string {
  const [settled, setSettled] = useState(code);
  const isAhead = code !== settled;
  const isDue = !code.startsWith(settled) || code.length <= SMALL || code.length >= settled.length * GROWTH;
  if (isAhead && isDue) setSettled(code);
  useEffect(() => {
    if (!isAhead || isDue) return;
    const timer = setTimeout(() => setSettled(code), REST_MS);
    return () => clearTimeout(timer);
  }, [code, isAhead, isDue]);
  return useDeferredValue(settled);
}
