"use client";
/** Short messages at the edge of the page: what an action did, or why it could not be done. */
import { CircleAlert, CircleCheck } from "lucide-react";
import { useSyncExternalStore } from "react";

interface ToastMessage {
  readonly id: number;
  readonly tone: "ok" | "bad";
  readonly text: string;
}

const VISIBLE_MS = { ok: 3500, bad: 8000 };
let messages: readonly ToastMessage[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

function update(next: readonly ToastMessage[]): void {
  messages = next;
  for (const listener of listeners) listener();
}

export function toast(text: string, tone: ToastMessage["tone"] = "ok"): void {
  const id = nextId++;
  update([...messages.filter((message) => message.text !== text).slice(-2), { id, tone, text }]);
  setTimeout(() => update(messages.filter((message) => message.id !== id)), VISIBLE_MS[tone]);
}

const none: readonly ToastMessage[] = [];
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

export function Toaster() {
  const shown = useSyncExternalStore(
    subscribe,
    () => messages,
    () => none,
  );
  return (
    <div
      role="status"
      aria-live="polite"
      className="pointer-events-none fixed right-4 bottom-4 z-60 grid justify-items-end gap-2"
    >
      {shown.map((message) => (
        <div
          key={message.id}
          className="flex max-w-sm animate-appear items-start gap-2 rounded-xl border border-line bg-pop px-3.5 py-2.5 text-sm shadow-float"
        >
          {message.tone === "ok" ? (
            <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-ok" />
          ) : (
            <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
          )}
          <span className="break-words">{message.text}</span>
        </div>
      ))}
    </div>
  );
}
