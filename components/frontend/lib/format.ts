/** Numbers, money and times as people read them. Pure: the present is handed in. */
import * as texts from "./texts/index.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long ago, in one unit: "now", "5m", "3h", "2d". */
export function formatAge(from: number, now: number): string {
  const age = Math.max(0, now - from);
  if (age < MINUTE) return texts.time.now;
  if (age < HOUR) return texts.time.minutes(Math.floor(age / MINUTE));
  if (age < DAY) return texts.time.hours(Math.floor(age / HOUR));
  return texts.time.days(Math.floor(age / DAY));
}

/** A length of time, as precise as it is short: "0.4 s", "12 s", "3 min 5 s", "2 h 10 min". */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 9_950) return `${(Math.max(0, milliseconds) / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.round(hours / 24)} days`;
}

/** Dollars: cents from one cent on, more digits below, so that a cheap call is not "free". */
export function formatCost(dollars: number): string {
  if (dollars === 0) return "$0.00";
  if (dollars < 0.01) return `$${dollars.toFixed(4)}`;
  return `$${dollars.toFixed(2)}`;
}

/** 950, 12.3k, 1.2M. */
export function formatCount(count: number): string {
  if (count < 1000) return String(count);
  if (count < 999_500) return `${trimZero((count / 1000).toFixed(count < 99_950 ? 1 : 0))}k`;
  return `${trimZero((count / 1_000_000).toFixed(1))}M`;
}

export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${trimZero((bytes / 1024).toFixed(1))} KB`;
  return `${trimZero((bytes / 1024 / 1024).toFixed(1))} MB`;
}

const trimZero = (text: string): string => text.replace(/\.0$/, "");
