"use client";
/** Whether this browser may tell of sessions outside the page: the reader's wish here, and the browser's permission. */
import { useSyncExternalStore } from "react";

const KEY = "notifications";
const listeners = new Set<() => void>();

export type NotificationState = "unsupported" | "off" | "on" | "blocked";

export function notificationState(): NotificationState {
  if (typeof Notification === "undefined") return "unsupported";
  if (Notification.permission === "denied") return "blocked";
  return isWanted() && Notification.permission === "granted" ? "on" : "off";
}

function isWanted(): boolean {
  try {
    return localStorage.getItem(KEY) === "on";
  } catch {
    return false; // Storage is switched off: the wish cannot be kept.
  }
}

/** Asks the browser the first time; only ever called by a press of the reader's. */
export async function turnNotificationsOn(): Promise<void> {
  const permission = await Notification.requestPermission();
  if (permission === "granted") localStorage.setItem(KEY, "on");
  tell();
}

export function turnNotificationsOff(): void {
  localStorage.removeItem(KEY);
  tell();
}

const tell = (): void => listeners.forEach((listener) => listener());

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", listener);
  };
}

export const useNotificationState = (): NotificationState =>
  useSyncExternalStore(subscribe, notificationState, () => "unsupported");
