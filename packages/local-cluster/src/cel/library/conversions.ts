// Conversions between types: int(x), string(x) and the like, and size() and type().
import { CelEvaluationError } from "../errors.ts";
import { A, B, bool, bytes, double, duration, dyn, fn, type FunctionTable, int, list, map } from "../functions.ts";
import { method, string, textCost, timestamp, typeValue, uint } from "../functions.ts";
import { CelTypeValue, MAX_INT, MIN_INT, toInt, toUint, typeNameOf } from "../values.ts";
import { formatDuration, formatTimestamp, parseDuration, parseTimestamp, timestampOfSeconds } from "./time-format.ts";

const size = (value: { readonly length: number }): bigint => BigInt(value.length);
const textSize = (text: string): bigint => BigInt(Array.from(text).length);

function conversionError(from: string, to: string): CelEvaluationError {
  return new CelEvaluationError(`type conversion error from '${from}' to '${to}'`);
}

function parseInteger(text: string, pattern: RegExp, to: string): bigint {
  if (!pattern.test(text)) throw conversionError("string", to);
  return BigInt(text.replace(/^\+/, ""));
}

function parseDouble(text: string): number {
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return Number(text);
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(text);
  if (special === null) throw conversionError("string", "double");
  if (special[2]?.toLowerCase() === "nan") return Number.NaN;
  return special[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** Decimal digits without an exponent, as Go's 'f' format prints it. */
export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  const text = String(value);
  if (!text.includes("e")) return Object.is(value, -0) ? "-0" : text;
  if (Math.abs(value) >= 1) return BigInt(value).toString();
  const [digits = "", exponent = "0"] = text.split("e");
  const places = (digits.split(".")[1]?.length ?? 0) - Number(exponent);
  return value.toFixed(Math.min(places, 100));
}

function truncate(value: number, to: string): bigint {
  if (!Number.isFinite(value))
    throw new CelEvaluationError(to === "int" ? "integer overflow" : "unsigned integer overflow");
  return BigInt(Math.trunc(value));
}

function decodeUtf8(value: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(value);
  } catch {
    throw new CelEvaluationError("invalid UTF-8 in bytes, cannot convert to string");
  }
}

const TRUE = new Set(["1", "t", "T", "true", "TRUE", "True"]);
const FALSE = new Set(["0", "f", "F", "false", "FALSE", "False"]);

export const conversions: FunctionTable = {
  size: [
    fn([string], int, textSize, textCost),
    method([string], int, textSize, textCost),
    fn([bytes], int, size),
    method([bytes], int, size),
    fn([list(A)], int, size),
    method([list(A)], int, size),
    fn([map(A, B)], int, (value) => BigInt(value.size)),
    method([map(A, B)], int, (value) => BigInt(value.size)),
  ],
  type: [fn([dyn], typeValue, (value) => new CelTypeValue(typeNameOf(value)))],
  dyn: [fn([A], dyn, (value) => value)],
  bool: [
    fn([bool], bool, (value) => value),
    fn([string], bool, (text) => {
      if (TRUE.has(text)) return true;
      if (FALSE.has(text)) return false;
      throw conversionError("string", "bool");
    }),
  ],
  int: [
    fn([int], int, (value) => value),
    fn([uint], int, (value) => toInt(value.value)),
    fn([double], int, (value) => {
      const whole = truncate(value, "int");
      // cel-go refuses the two bounds themselves, which a double cannot tell from their neighbours.
      if (whole >= MAX_INT || whole <= MIN_INT) throw new CelEvaluationError("integer overflow");
      return whole;
    }),
    fn([string], int, (text) => toInt(parseInteger(text, /^[+-]?\d+$/, "int"))),
    fn([timestamp], int, (value) => floorDivide(value.nanoseconds, 1_000_000_000n)),
    fn([duration], int, (value) => value.nanoseconds),
  ],
  uint: [
    fn([uint], uint, (value) => value),
    fn([int], uint, (value) => toUint(value)),
    fn([double], uint, (value) => toUint(truncate(value, "uint"))),
    fn([string], uint, (text) => toUint(parseInteger(text, /^\d+$/, "uint"))),
  ],
  double: [
    fn([double], double, (value) => value),
    fn([int], double, Number),
    fn([uint], double, (value) => Number(value.value)),
    fn([string], double, parseDouble),
  ],
  string: [
    fn([string], string, (value) => value),
    fn([bool], string, String),
    fn([int], string, String),
    fn([uint], string, (value) => String(value.value)),
    fn([double], string, formatDouble),
    fn([bytes], string, decodeUtf8, textCost),
    fn([timestamp], string, formatTimestamp),
    fn([duration], string, formatDuration),
  ],
  bytes: [
    fn([bytes], bytes, (value) => value),
    fn([string], bytes, (text) => new TextEncoder().encode(text), textCost),
  ],
  timestamp: [
    fn([timestamp], timestamp, (value) => value),
    fn([int], timestamp, timestampOfSeconds),
    fn([string], timestamp, parseTimestamp),
  ],
  duration: [fn([duration], duration, (value) => value), fn([string], duration, parseDuration)],
};

function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value % by < 0n ? quotient - 1n : quotient;
}
