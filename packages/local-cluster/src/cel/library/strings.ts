// Strings: the standard functions, cel-go's strings extension and Kubernetes' regex extension. Indices count code
// points, as everywhere in CEL.
import { CelEvaluationError, noSuchOverload } from "../errors.ts";
import { bool, dyn, fn, type FunctionTable, int, list, method, string, textCost } from "../functions.ts";
import { regularExpression, RegexSyntaxError } from "../regular-expression/index.ts";
import type { CelList } from "../values.ts";
import { formatText, quoteText } from "./format.ts";

export function stringsIn(values: CelList): readonly string[] {
  return values.map((value) => {
    if (typeof value !== "string") throw noSuchOverload();
    return value;
  });
}

function expression(source: string): ReturnType<typeof regularExpression> {
  try {
    return regularExpression(source);
  } catch (error) {
    if (error instanceof RegexSyntaxError) throw new CelEvaluationError(error.message);
    throw error;
  }
}

const matches = (text: string, pattern: string): boolean => expression(pattern).test(text);
const matchCost = (text: string, pattern: string): number =>
  1 + Math.ceil((text.length + 1) / 10) * Math.ceil(pattern.length / 4);

function checkedIndex(index: bigint, length: number): number {
  if (index < 0n || index > BigInt(length)) throw new CelEvaluationError(`index out of range: ${index}`);
  return Number(index);
}

function indexOf(text: string, search: string, from = 0n): bigint {
  const points = Array.from(text);
  const start = checkedIndex(from, points.length);
  const found = points.slice(start).join("").indexOf(search);
  return found < 0 ? -1n : BigInt(start + Array.from(points.slice(start).join("").slice(0, found)).length);
}

function lastIndexOf(text: string, search: string, from?: bigint): bigint {
  const points = Array.from(text);
  const wanted = Array.from(search);
  const limit = from === undefined ? points.length : checkedIndex(from, points.length);
  for (let at = Math.min(limit, points.length - wanted.length); at >= 0; at--)
    if (wanted.every((point, offset) => points[at + offset] === point)) return BigInt(at);
  return -1n;
}

function substring(text: string, from: bigint, to?: bigint): string {
  const points = Array.from(text);
  const start = checkedIndex(from, points.length);
  const end = to === undefined ? points.length : checkedIndex(to, points.length);
  if (start > end) throw new CelEvaluationError(`invalid substring range. start: ${start}, end: ${end}`);
  return points.slice(start, end).join("");
}

function replace(text: string, search: string, by: string, limit = -1n): string {
  if (limit < 0n) return text.split(search).join(by);
  const parts = text.split(search);
  const replaced = Math.min(Number(limit), parts.length - 1);
  return (
    parts.slice(0, replaced + 1).join(by) +
    parts
      .slice(replaced + 1)
      .map((part) => search + part)
      .join("")
  );
}

function split(text: string, separator: string, limit = -1n): readonly string[] {
  const parts = separator === "" ? Array.from(text) : text.split(separator);
  if (limit < 0n || BigInt(parts.length) <= limit) return parts;
  if (limit === 0n) return [];
  const kept = Number(limit) - 1;
  return [...parts.slice(0, kept), parts.slice(kept).join(separator)];
}

const asciiCase = (text: string, pattern: RegExp, shift: number): string =>
  text.replace(pattern, (letter) => String.fromCharCode(letter.charCodeAt(0) + shift));
// Unicode's White_Space, which Go trims; JavaScript's trim() would also take the byte order mark.
const SPACE_AROUND = /^\p{White_Space}+|\p{White_Space}+$/gu;

export const strings: FunctionTable = {
  contains: [method([string, string], bool, (text, part) => text.includes(part), textCost)],
  startsWith: [
    method(
      [string, string],
      bool,
      (text, part) => text.startsWith(part),
      (_text, part) => textCost(part),
    ),
  ],
  endsWith: [
    method(
      [string, string],
      bool,
      (text, part) => text.endsWith(part),
      (_text, part) => textCost(part),
    ),
  ],
  matches: [fn([string, string], bool, matches, matchCost), method([string, string], bool, matches, matchCost)],
  charAt: [
    method([string, int], string, (text, index) => {
      const points = Array.from(text);
      return points[checkedIndex(index, points.length)] ?? "";
    }),
  ],
  indexOf: [
    method([string, string], int, (text, search) => indexOf(text, search), textCost),
    method([string, string, int], int, indexOf, (text, search) => textCost(text, search)),
  ],
  lastIndexOf: [
    method([string, string], int, (text, search) => lastIndexOf(text, search), textCost),
    method([string, string, int], int, lastIndexOf, (text, search) => textCost(text, search)),
  ],
  lowerAscii: [method([string], string, (text) => asciiCase(text, /[A-Z]/g, 32), textCost)],
  upperAscii: [method([string], string, (text) => asciiCase(text, /[a-z]/g, -32), textCost)],
  trim: [method([string], string, (text) => text.replace(SPACE_AROUND, ""), textCost)],
  substring: [
    method(
      [string, int],
      string,
      (text, from) => substring(text, from),
      (text) => textCost(text),
    ),
    method([string, int, int], string, substring, (text) => textCost(text)),
  ],
  replace: [
    method([string, string, string], string, (text, search, by) => replace(text, search, by), textCost),
    method([string, string, string, int], string, replace, (text, search, by) => textCost(text, search, by)),
  ],
  split: [
    method([string, string], list(string), (text, separator) => split(text, separator), textCost),
    method([string, string, int], list(string), split, (text) => textCost(text)),
  ],
  join: [
    method(
      [list(string)],
      string,
      (parts) => stringsIn(parts).join(""),
      (parts) => 1 + parts.length,
    ),
    method(
      [list(string), string],
      string,
      (parts, separator) => stringsIn(parts).join(separator),
      (parts) => 1 + parts.length,
    ),
  ],
  format: [method([string, list(dyn)], string, formatText, (text) => textCost(text))],
  "strings.quote": [fn([string], string, quoteText, textCost)],
  find: [method([string, string], string, (text, pattern) => expression(pattern).find(text) ?? "", matchCost)],
  findAll: [
    method([string, string], list(string), (text, pattern) => expression(pattern).findAll(text), matchCost),
    method(
      [string, string, int],
      list(string),
      (text, pattern, limit) => expression(pattern).findAll(text, Number(limit)),
      (text, pattern) => matchCost(text, pattern),
    ),
  ],
};
