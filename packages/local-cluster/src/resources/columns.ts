// Cells of the tables that kubectl prints.
import { stringAt, valueAt, type Json } from "../json.ts";
import type { KubernetesObject } from "../objects.ts";
import type { Column } from "./definition.ts";

/** A duration as kubectl prints ages: `12s`, `3m20s`, `5h`, `2d4h`, `3y10d`. */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return withRest(minutes, "m", seconds % 60, "s");
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return withRest(hours, "h", minutes % 60, "m");
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (hours < 192) return withRest(days, "d", hours % 24, "h");
  if (days < 365 * 2) return `${days}d`;
  if (days < 365 * 8) return withRest(Math.floor(days / 365), "y", days % 365, "d");
  return `${Math.floor(days / 365)}y`;
}

function withRest(whole: number, unit: string, rest: number, restUnit: string): string {
  return rest === 0 ? `${whole}${unit}` : `${whole}${unit}${rest}${restUnit}`;
}

export function ageSince(timestamp: Json | undefined, now: number): string {
  const time = typeof timestamp === "string" ? Date.parse(timestamp) : Number.NaN;
  return Number.isNaN(time) ? "<unknown>" : humanDuration(now - time);
}

export const NAME: Column = {
  name: "Name",
  type: "string",
  format: "name",
  description: "Name must be unique within a namespace.",
  cell: (object) => object.metadata.name ?? "",
};

export const AGE: Column = {
  name: "Age",
  type: "string",
  description: "How long ago the object was created.",
  cell: (object, now) => ageSince(object.metadata.creationTimestamp, now),
};

export function column(
  name: string,
  cell: (object: KubernetesObject, now: number) => Json,
  more: Partial<Column> = {},
): Column {
  return { name, type: "string", cell, description: `${name} of the object.`, ...more };
}

/** A column whose cell is the string at a path. */
export function pathColumn(name: string, path: readonly string[], more: Partial<Column> = {}): Column {
  return column(name, (object) => stringAt(object, ...path), more);
}

export function countColumn(name: string, field: string): Column {
  return column(
    name,
    (object) => {
      const value = valueAt(object, field);
      return typeof value === "object" && value !== null ? Object.keys(value).length : 0;
    },
    { type: "string" },
  );
}

export const WIDE: Partial<Column> = { priority: 1 };
