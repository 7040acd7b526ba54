// string.format([...]): printf-like formatting from cel-go's strings extension.
import { CelEvaluationError } from "../errors.ts";
import {
  CelDuration,
  type CelList,
  CelTimestamp,
  CelTypeValue,
  CelUint,
  type CelValue,
  isList,
  isMap,
  numericValue,
  typeNameOf,
} from "../values.ts";
import { formatDouble } from "./conversions.ts";
import { formatDuration, formatTimestamp } from "./time-format.ts";

const CLAUSE = /%(?:%|(?:\.(\d+))?([a-zA-Z]))|%/g;
const MAX_PRECISION = 100;

export function formatText(template: string, values: CelList): string {
  let used = 0;
  return template.replace(CLAUSE, (clause: string, precision: string | undefined, verb: string | undefined) => {
    if (clause === "%%") return "%";
    if (verb === undefined) throw new CelEvaluationError("unexpected end of format string");
    const value = values[used];
    if (value === undefined) throw new CelEvaluationError(`index ${used} out of range`);
    used++;
    const digits = precision === undefined ? 6 : Math.min(Number(precision), MAX_PRECISION);
    return formatClause(verb, digits, value);
  });
}

function formatClause(verb: string, precision: number, value: CelValue): string {
  const number = numericValue(value);
  const wrong = (): CelEvaluationError =>
    new CelEvaluationError(`error during formatting: %${verb} clause cannot be used with ${typeNameOf(value)}`);
  switch (verb) {
    case "s":
      return showValue(value);
    case "d":
      if (number === undefined) throw wrong();
      return typeof number === "bigint" ? String(number) : formatDouble(number);
    case "f":
      if (number === undefined) throw wrong();
      return special(Number(number)) ?? Number(number).toFixed(precision);
    case "e":
      if (number === undefined) throw wrong();
      return (
        special(Number(number)) ??
        Number(number)
          .toExponential(precision)
          .replace(/e([+-])(\d)$/, "e$10$2")
      );
    case "b":
      if (typeof value === "boolean") return value ? "1" : "0";
      return inBase(value, 2) ?? fail(wrong());
    case "o":
      return inBase(value, 8) ?? fail(wrong());
    case "x":
    case "X": {
      const isText = typeof value === "string" || value instanceof Uint8Array;
      const text = isText ? Buffer.from(value).toString("hex") : (inBase(value, 16) ?? fail(wrong()));
      return verb === "X" ? text.toUpperCase() : text;
    }
    default:
      throw new CelEvaluationError(`could not parse formatting clause: unrecognized formatting clause "${verb}"`);
  }
}

function fail(error: CelEvaluationError): never {
  throw error;
}

function special(value: number): string | undefined {
  if (Number.isNaN(value)) return "NaN";
  if (Number.isFinite(value)) return undefined;
  return value > 0 ? "Infinity" : "-Infinity";
}

function inBase(value: CelValue, base: number): string | undefined {
  if (typeof value === "bigint") return value.toString(base);
  return value instanceof CelUint ? value.value.toString(base) : undefined;
}

function showValue(value: CelValue): string {
  if (value === null) return "null";
  if (typeof value === "string") return value;
  if (typeof value === "boolean" || typeof value === "bigint") return String(value);
  if (typeof value === "number") return special(value) ?? formatDouble(value);
  if (value instanceof CelUint) return String(value.value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("utf8");
  if (value instanceof CelTimestamp) return formatTimestamp(value);
  if (value instanceof CelDuration) return formatDuration(value);
  if (value instanceof CelTypeValue) return value.typeName;
  if (isList(value)) return `[${value.map(showValue).join(", ")}]`;
  if (isMap(value)) {
    const entries = [...value].map(([key, item]) => `${String(key)}: ${showValue(item)}`);
    return `{${entries.sort().join(", ")}}`;
  }
  throw new CelEvaluationError(
    `error during formatting: string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps, was given ${typeNameOf(value)}`,
  );
}

const QUOTE_ESCAPES: Readonly<Record<string, string>> = {
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  "\\": "\\\\",
  '"': '\\"',
};

export function quoteText(text: string): string {
  return `"${text.replace(/["\\\x07-\r]/g, (character) => QUOTE_ESCAPES[character] ?? character)}"`;
}
