"use client";
/**
 * A sign-in that ends while a page is open: the page stays, with all that was typed, until the reader has signed in again
 * in another tab; then it goes on.
 */
import { useSyncExternalStore } from "react";

const CHANNEL = "pilothouse-signed-in";

export interface SignInState {
  readonly hasEnded: boolean;
  /** Grows each time somebody has signed in again: what was refused may be asked anew. */
  readonly round: number;
}

let state: SignInState = { hasEnded: false, round: 0 };
const initial = state;
const listeners = new Set<() => void>();

function set(next: SignInState): void {
  state = next;
  for (const listener of listeners) listener();
}

/** The server has answered 401. */
export function signInEnded(): void {
  if (!state.hasEnded) set({ ...state, hasEnded: true });
}

/** The server has answered as it does to those who are signed in. */
export function signedInAgain(): void {
  if (state.hasEnded) set({ hasEnded: false, round: state.round + 1 });
}

export function useSignIn(): SignInState {
  return useSyncExternalStore(
    subscribe,
    () => state,
    () => initial,
  );
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Tells the other tabs that this browser is signed in now. */
export function announceSignIn(): void {
  const channel = new BroadcastChannel(CHANNEL);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has no target
  channel.postMessage(null);
  channel.close();
}

/** Calls back whenever it is worth asking whether this browser is signed in again. */
export function onMaybeSignedIn(callback: () => void): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.addEventListener("message", callback);
  const onVisible = () => document.visibilityState === "visible" && callback();
  document.addEventListener("visibilitychange", onVisible);
  return () => {
    channel.close();
    document.removeEventListener("visibilitychange", onVisible);
  };
}
