// The parts of a timestamp, in UTC or in a named time zone, and of a duration.
import { CelEvaluationError } from "../errors.ts";
import { duration, type FunctionTable, int, method, type Overload, string, timestamp } from "../functions.ts";
import type { CelDuration, CelTimestamp } from "../values.ts";

interface Calendar {
  readonly year: number;
  /** From 0. */
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  readonly dayOfYear: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
  readonly milliseconds: number;
}

function calendar(value: CelTimestamp, zone = "UTC"): Calendar {
  const shifted = new Date(Number(value.nanoseconds / 1_000_000n) + offsetOf(value, zone));
  const year = shifted.getUTCFullYear();
  const startOfDay = Date.UTC(year, shifted.getUTCMonth(), shifted.getUTCDate());
  return {
    year,
    month: shifted.getUTCMonth(),
    day: shifted.getUTCDate(),
    weekday: shifted.getUTCDay(),
    dayOfYear: Math.round((startOfDay - Date.UTC(year, 0, 1)) / 86_400_000),
    hours: shifted.getUTCHours(),
    minutes: shifted.getUTCMinutes(),
    seconds: shifted.getUTCSeconds(),
    milliseconds: shifted.getUTCMilliseconds(),
  };
}

/** Milliseconds east of UTC at that moment. Zones are IANA names or offsets such as "+02:00" and "-8:30". */
function offsetOf(value: CelTimestamp, zone: string): number {
  const fixed = /^([+-]?)(\d{1,2}):(\d\d)$/.exec(zone);
  if (fixed !== null) return (fixed[1] === "-" ? -1 : 1) * (Number(fixed[2]) * 60 + Number(fixed[3])) * 60_000;
  if (zone === "UTC" || zone === "") return 0;
  let name: string | undefined;
  try {
    name = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" })
      .formatToParts(Number(value.nanoseconds / 1_000_000n))
      .find((part) => part.type === "timeZoneName")?.value;
  } catch {
    throw new CelEvaluationError(`unknown time zone ${zone}`);
  }
  const offset = /^GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(name ?? "");
  if (offset === null) return 0;
  const seconds = Number(offset[2]) * 3600 + Number(offset[3]) * 60 + Number(offset[4] ?? 0);
  return (offset[1] === "-" ? -1000 : 1000) * seconds;
}

function part(read: (calendar: Calendar) => number, ofDuration?: (value: CelDuration) => bigint): readonly Overload[] {
  return [
    method([timestamp], int, (value) => BigInt(read(calendar(value)))),
    method([timestamp, string], int, (value, zone) => BigInt(read(calendar(value, zone)))),
    ...(ofDuration === undefined ? [] : [method([duration], int, ofDuration)]),
  ];
}

export const time: FunctionTable = {
  getFullYear: part((at) => at.year),
  getMonth: part((at) => at.month),
  getDate: part((at) => at.day),
  getDayOfMonth: part((at) => at.day - 1),
  getDayOfWeek: part((at) => at.weekday),
  getDayOfYear: part((at) => at.dayOfYear),
  getHours: part(
    (at) => at.hours,
    (value) => value.nanoseconds / 3_600_000_000_000n,
  ),
  getMinutes: part(
    (at) => at.minutes,
    (value) => value.nanoseconds / 60_000_000_000n,
  ),
  getSeconds: part(
    (at) => at.seconds,
    (value) => value.nanoseconds / 1_000_000_000n,
  ),
  getMilliseconds: part(
    (at) => at.milliseconds,
    (value) => (value.nanoseconds / 1_000_000n) % 1000n,
  ),
};
