"use client";
/** Gives components of a conversation its thread, and remembers what a reader opened while rows come and go. */
import { createContext, type ReactNode, useCallback, useContext, useMemo, useRef, useSyncExternalStore } from "react";
import type { ThreadStore } from "./thread-store";
import type { Entry, ThreadState } from "./thread-state";
import { emptyThread } from "./thread-state";

interface ThreadContextValue {
  readonly store: ThreadStore;
  readonly disclosures: Disclosures;
}

interface Disclosures {
  get: (key: string) => boolean | undefined;
  set: (key: string, open: boolean) => void;
  subscribe: (listener: () => void) => () => void;
}

const ThreadContext = createContext<ThreadContextValue | undefined>(undefined);

export function ThreadProvider({ store, children }: { store: ThreadStore; children: ReactNode }) {
  const value = useMemo(() => ({ store, disclosures: createDisclosures() }), [store]);
  return <ThreadContext value={value}>{children}</ThreadContext>;
}

function useThreadContext(): ThreadContextValue {
  const value = useContext(ThreadContext);
  if (value === undefined) throw new Error("a component of the conversation stands outside ThreadProvider");
  return value;
}

const serverState = emptyThread();

/** A part of the thread; draws again only when that part changed. The selector must give the same value for the same state. */
export function useThread<T>(selector: (state: ThreadState) => T): T {
  const { store } = useThreadContext();
  return useSyncExternalStore(
    store.subscribe,
    () => selector(store.getState()),
    () => selector(serverState),
  );
}

export function useEntry(position: number): Entry | undefined {
  return useThread((state) => state.entries.get(position));
}

/** Several entries; the same list as long as none of them changed. */
export function useEntries(positions: readonly number[]): readonly Entry[] {
  const last = useRef<readonly Entry[]>([]);
  return useThread((state) => {
    const entries = positions.flatMap((position) => state.entries.get(position) ?? []);
    const isSame =
      entries.length === last.current.length && entries.every((entry, index) => entry === last.current[index]);
    return isSame ? last.current : (last.current = entries);
  });
}

/** The rows of a lane must know kinds of entries, not their content: they read the store when the lane changes. */
export function useThreadStore(): ThreadStore {
  return useThreadContext().store;
}

/** Whether something is open: by default until the reader said otherwise. Outlives the row being scrolled away. */
export function useDisclosure(key: string, byDefault: boolean): [boolean, (open: boolean) => void] {
  const { disclosures } = useThreadContext();
  const chosen = useSyncExternalStore(
    disclosures.subscribe,
    () => disclosures.get(key),
    () => undefined,
  );
  const choose = useCallback((open: boolean) => disclosures.set(key, open), [disclosures, key]);
  return [chosen ?? byDefault, choose];
}

/** Opens several things at once, for a search that found something in them. */
export function useOpenAll(): (keys: readonly string[]) => void {
  const { disclosures } = useThreadContext();
  return useCallback((keys) => keys.forEach((key) => disclosures.set(key, true)), [disclosures]);
}

function createDisclosures(): Disclosures {
  const chosen = new Map<string, boolean>();
  const listeners = new Set<() => void>();
  return {
    get: (key) => chosen.get(key),
    set(key, open) {
      chosen.set(key, open);
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
