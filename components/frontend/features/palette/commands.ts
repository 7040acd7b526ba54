"use client";
/** What the page that is open lends to the command palette, for as long as it is open. */
import { useEffect, useId, useSyncExternalStore } from "react";

export interface PaletteCommand {
  readonly id: string;
  readonly label: string;
  /** Other words by which it is found. */
  readonly keywords?: readonly string[];
  readonly run: () => void;
}

const lent = new Map<string, readonly PaletteCommand[]>();
const listeners = new Set<() => void>();
let all: readonly PaletteCommand[] = [];

function lend(owner: string, commands: readonly PaletteCommand[] | undefined): void {
  if (commands === undefined) lent.delete(owner);
  else lent.set(owner, commands);
  all = [...lent.values()].flat();
  for (const listener of listeners) listener();
}

/** Lends commands while the caller is mounted; each drawing brings its own, so that they act on what is shown. */
export function useLentCommands(commands: readonly PaletteCommand[]): void {
  const owner = useId();
  useEffect(() => lend(owner, commands));
  useEffect(() => () => lend(owner, undefined), [owner]);
}

const none: readonly PaletteCommand[] = [];
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

export function useAllLentCommands(): readonly PaletteCommand[] {
  return useSyncExternalStore(
    subscribe,
    () => all,
    () => none,
  );
}
