// What a list, a read or a watch asks for in its query, refused in Kubernetes' words when it makes no sense.
import { ApiError, badRequest, forbiddenField, invalid, notSupported } from "./errors.ts";

export interface ListOptions {
  /** 0: no limit. */
  readonly limit: number;
  readonly continue: string;
  readonly revision: number | undefined;
  readonly exact: boolean;
}

const MATCHES = ["Exact", "NotOlderThan", ""];

export function parseListOptions(query: URLSearchParams): ListOptions {
  const token = query.get("continue") ?? "";
  const match = query.get("resourceVersionMatch") ?? "";
  const revision = parseRevision(query.get("resourceVersion"));
  const limit = wholeNumber(query, "limit");
  if (token !== "" && revision !== undefined && revision !== 0)
    throw badRequest("specifying resource version is not allowed when using continue");
  if (match !== "") checkMatch(match, revision, token);
  return { limit: Math.max(0, limit), continue: token, revision, exact: match === "Exact" };
}

function checkMatch(match: string, revision: number | undefined, token: string): void {
  const field = "resourceVersionMatch";
  const refuse = (why: string): ApiError => invalid("meta.k8s.io", "ListOptions", "", [forbiddenField(field, why)]);
  if (!MATCHES.includes(match)) throw invalid("meta.k8s.io", "ListOptions", "", [notSupported(field, match, MATCHES)]);
  if (revision === undefined) throw refuse("resourceVersionMatch is forbidden unless resourceVersion is provided");
  if (token !== "") throw refuse("resourceVersionMatch is forbidden when continue is provided");
  if (match === "Exact" && revision === 0)
    throw refuse('resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
}

/** A resourceVersion parameter: undefined when absent or empty. */
export function parseRevision(value: string | null): number | undefined {
  if (value === null || value === "") return undefined;
  if (!/^\d+$/.test(value)) throw badRequest(`invalid resourceVersion ${JSON.stringify(value)}: it must be a number`);
  return Number(value);
}

/** Absent is 0. */
export function wholeNumber(query: URLSearchParams, name: string): number {
  const value = query.get(name);
  if (value === null || value === "") return 0;
  const number = Number(value);
  if (!Number.isInteger(number)) throw badRequest(`invalid ${name} ${JSON.stringify(value)}: it must be a number`);
  return number;
}

/** A revision that is not reached yet. Clients know it by the cause, and list again without a version. */
export function notReached(asked: number, current: number): ApiError {
  return new ApiError({
    code: 504,
    reason: "Timeout",
    message: `Timeout: Too large resource version: ${asked}, current: ${current}`,
    details: {
      causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
      retryAfterSeconds: 1,
    },
  });
}
