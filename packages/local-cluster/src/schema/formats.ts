// The string formats that Kubernetes checks. A format that it does not know is accepted, as there.
import { isIP } from "node:net";
import { readDuration, readTimestamp } from "../cel/library/time-format.ts";

type Check = (text: string) => boolean;

const matching =
  (pattern: RegExp): Check =>
  (text) =>
    pattern.test(text);

const uuid = (version: string): Check =>
  matching(new RegExp(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${version}[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$`, "i"));

const isDate: Check = (text) => /^\d{4}-\d\d-\d\d$/.test(text) && readTimestamp(`${text}T00:00:00Z`) !== undefined;

/** An absolute URI or an absolute path, as Go's url.ParseRequestURI takes it. */
const isUri: Check = (text) =>
  text.startsWith("/") || (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(text) && !/[\s\x00-\x1f\x7f]/.test(text));

const isDuration: Check = (text) =>
  readDuration(text) !== undefined ||
  /^(?:\d+\s*(?:ns|us|µs|ms|s|m|h|d|w|(?:nano|micro|milli)?seconds?|sec|minutes?|min|hours?|hr|days?|weeks?))+$/i.test(
    text,
  );

const isCidr: Check = (text) => {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(text);
  const family = isIP(match?.[1] ?? "");
  return family !== 0 && Number(match?.[2]) <= (family === 4 ? 32 : 128);
};

const CHECKS: Readonly<Record<string, Check>> = {
  bsonobjectid: matching(/^[0-9a-f]{24}$/i),
  byte: matching(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/),
  cidr: isCidr,
  date: isDate,
  "date-time": (text) => readTimestamp(text) !== undefined,
  datetime: (text) => readTimestamp(text) !== undefined,
  duration: isDuration,
  email: matching(/^[^\s@<>()]+@[^\s@<>()]+$/),
  hexcolor: matching(/^#?(?:[0-9a-f]{3}|[0-9a-f]{6})$/i),
  hostname: matching(/^(?=.{1,255}$)(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.?)+$/),
  ipv4: (text) => isIP(text) === 4,
  ipv6: (text) => isIP(text) === 6,
  mac: matching(/^[0-9a-f]{2}(?:([:-])[0-9a-f]{2})(?:\1[0-9a-f]{2}){4}$/i),
  uri: isUri,
  uuid: uuid("[0-9a-f]"),
  uuid3: uuid("3"),
  uuid4: uuid("4"),
  uuid5: uuid("5"),
};

export function hasFormat(text: string, format: string): boolean {
  const check = Object.hasOwn(CHECKS, format) ? CHECKS[format] : undefined;
  return check === undefined || check(text);
}
