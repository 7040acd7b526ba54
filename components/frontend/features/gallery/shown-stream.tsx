"use client";
/**
 * A conversation of the visitor's own: whatever a `pilothouse-gallery` event brings is drawn as the events of a session
 * would be. Bug reports are looked at this way, and the browser tests send it what no agent would.
 */
import { type ReactNode, useEffect, useState } from "react";
import { isRecord, listOf, type WireEvent } from "../thread/fields";

/** `detail` is a list of AG-UI events. Told again, once drawn, as `pilothouse-gallery-drawn`. */
const EVENT = "pilothouse-gallery";

export function ShownStream({ children }: { children: (events: () => WireEvent[]) => ReactNode }) {
  const [shown, setShown] = useState<{ round: number; events: () => WireEvent[] }>();
  useEffect(() => {
    const onShow = (event: Event) => {
      const detail: unknown = event instanceof CustomEvent ? event.detail : undefined;
      const events = listOf(detail).filter(
        (each): each is WireEvent => isRecord(each) && typeof each["type"] === "string",
      );
      setShown((former) => ({ round: (former?.round ?? 0) + 1, events: () => events }));
    };
    window.addEventListener(EVENT, onShow);
    return () => window.removeEventListener(EVENT, onShow);
  }, []);
  useEffect(() => {
    if (shown !== undefined) window.dispatchEvent(new Event(`${EVENT}-drawn`));
  }, [shown]);
  if (shown === undefined) return null;
  return (
    <section key={shown.round} aria-label="Shown" data-shown>
      {children(shown.events)}
    </section>
  );
}
