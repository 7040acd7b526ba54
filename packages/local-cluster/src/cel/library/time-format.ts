// Timestamps and durations as text: RFC 3339 and Go's duration syntax.
import { CelEvaluationError } from "../errors.ts";
import { CelDuration, CelTimestamp, toInt } from "../values.ts";

const SECOND = 1_000_000_000n;
const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: SECOND,
  m: 60n * SECOND,
  h: 3600n * SECOND,
};
const MIN_TIMESTAMP = -62_135_596_800n * SECOND;
const MAX_TIMESTAMP = 253_402_300_800n * SECOND - 1n;

export function timestampOf(nanoseconds: bigint): CelTimestamp {
  if (nanoseconds < MIN_TIMESTAMP || nanoseconds > MAX_TIMESTAMP) throw new CelEvaluationError("timestamp overflow");
  return new CelTimestamp(nanoseconds);
}

export function timestampOfSeconds(seconds: bigint): CelTimestamp {
  return timestampOf(seconds * SECOND);
}

/** RFC 3339, with up to nine digits of a second. */
export function readTimestamp(text: string): bigint | undefined {
  const match = /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)$/.exec(text);
  if (match === null) return undefined;
  const [, date = "", time = "", fraction = "", zone = ""] = match;
  const milliseconds = Date.parse(`${date}T${time}${zone.toUpperCase()}`);
  if (Number.isNaN(milliseconds) || !isCalendarDay(date)) return undefined;
  return BigInt(milliseconds) * 1_000_000n + BigInt(fraction.padEnd(9, "0"));
}

/** Date.parse lets 30 February roll over into March. */
function isCalendarDay(date: string): boolean {
  const [year = 0, month = 0, day = 0] = date.split("-").map(Number);
  return new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day || year < 100;
}

export function parseTimestamp(text: string): CelTimestamp {
  const nanoseconds = readTimestamp(text);
  if (nanoseconds === undefined)
    throw new CelEvaluationError("type conversion error from 'string' to 'google.protobuf.Timestamp'");
  return timestampOf(nanoseconds);
}

export function formatTimestamp(value: CelTimestamp): string {
  let fraction = value.nanoseconds % SECOND;
  if (fraction < 0n) fraction += SECOND;
  const date = new Date(Number((value.nanoseconds - fraction) / 1_000_000n)).toISOString().slice(0, 19);
  const digits = fraction.toString().padStart(9, "0").replace(/0+$/, "");
  return `${date}${digits === "" ? "" : `.${digits}`}Z`;
}

/** Go's time.ParseDuration: "1h30m", "-1.5s". Answers nanoseconds, or undefined when it is not one. */
export function readDuration(text: string): bigint | undefined {
  const match = /^([+-]?)(0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/.exec(text);
  if (match === null) return undefined;
  let total = 0n;
  for (const [, number = "", unit = ""] of (match[2] ?? "").matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    const [whole = "", fraction = ""] = number.split(".");
    const scale = UNITS[unit] ?? 0n;
    total += BigInt(whole || "0") * scale;
    if (fraction !== "") total += (BigInt(fraction) * scale) / 10n ** BigInt(fraction.length);
  }
  return match[1] === "-" ? -total : total;
}

export function parseDuration(text: string): CelDuration {
  const nanoseconds = readDuration(text);
  if (nanoseconds === undefined)
    throw new CelEvaluationError("type conversion error from 'string' to 'google.protobuf.Duration'");
  return new CelDuration(toInt(nanoseconds));
}

/** Seconds, as CEL prints durations: "90s", "1.5s". */
export function formatDuration(value: CelDuration): string {
  const negative = value.nanoseconds < 0n;
  const absolute = negative ? -value.nanoseconds : value.nanoseconds;
  const fraction = (absolute % SECOND).toString().padStart(9, "0").replace(/0+$/, "");
  return `${negative ? "-" : ""}${absolute / SECOND}${fraction === "" ? "" : `.${fraction}`}s`;
}
