/** Reading fields of events that may be missing or of another type: what does not fit is undefined, and nothing throws. */

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function recordOf(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** An AG-UI event as it comes off the wire: its type is known to be a string, and nothing else is. */
export interface WireEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** Parses the data of one server-sent event; undefined when it is no AG-UI event. */
export function parseEvent(data: string): WireEvent | undefined {
  try {
    const value: unknown = JSON.parse(data);
    return isRecord(value) && typeof value["type"] === "string" ? (value as WireEvent) : undefined;
  } catch {
    return undefined;
  }
}
