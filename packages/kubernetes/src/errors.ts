// What can go wrong between us and the API server: an answer that says no (KubernetesError),
// no answer at all (ConnectionError), or a configuration that leads nowhere (ConfigurationError).

export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

export interface KubernetesErrorInit {
  readonly status: number;
  /** Machine-readable, CamelCase, as the API server says it: NotFound, Conflict, AlreadyExists, Invalid, Expired … */
  readonly reason: string;
  readonly message: string;
  readonly details?: StatusDetails;
  readonly retryAfterSeconds?: number;
}

/** The API server answered, and the answer is no. */
export class KubernetesError extends Error {
  override readonly name = "KubernetesError";
  readonly status: number;
  readonly reason: string;
  readonly details: StatusDetails;
  readonly retryAfterSeconds: number | undefined;

  constructor(init: KubernetesErrorInit) {
    super(init.message);
    this.status = init.status;
    this.reason = init.reason;
    this.details = init.details ?? {};
    this.retryAfterSeconds = init.retryAfterSeconds ?? init.details?.retryAfterSeconds;
  }
}

export type ConnectionErrorCode =
  | "CONNECTION_REFUSED"
  | "CONNECTION_LOST"
  | "TIMEOUT"
  | "TLS"
  | "BAD_RESPONSE"
  | "CLOSED";

/** No usable answer came: the request may or may not have been carried out, unless `notSent` says it was not. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
  readonly code: ConnectionErrorCode;
  /** True when the request certainly never reached the server, so that even a create may be tried again. */
  readonly notSent: boolean;

  constructor(code: ConnectionErrorCode, message: string, options: { cause?: unknown; notSent?: boolean } = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.notSent = options.notSent ?? false;
  }
}

export type ConfigurationErrorCode =
  | "KUBECONFIG_UNREADABLE"
  | "KUBECONFIG_INVALID"
  | "KUBECONFIG_UNSUPPORTED"
  | "NOT_IN_CLUSTER";

/** The connection is described wrongly or not at all. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
  readonly code: ConfigurationErrorCode;

  constructor(code: ConfigurationErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }
}

const REASON_BY_STATUS: Readonly<Record<number, string>> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  405: "MethodNotAllowed",
  406: "NotAcceptable",
  409: "Conflict",
  410: "Expired",
  413: "RequestEntityTooLarge",
  415: "UnsupportedMediaType",
  422: "Invalid",
  429: "TooManyRequests",
  500: "InternalError",
  503: "ServiceUnavailable",
  504: "Timeout",
};

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
const count = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined;

function detailsFrom(value: unknown): StatusDetails | undefined {
  if (!isRecord(value)) return undefined;
  const causes = Array.isArray(value["causes"])
    ? value["causes"].filter(isRecord).map((cause) => ({
        reason: text(cause["reason"]),
        message: text(cause["message"]),
        field: text(cause["field"]),
      }))
    : undefined;
  return {
    name: text(value["name"]),
    group: text(value["group"]),
    kind: text(value["kind"]),
    uid: text(value["uid"]),
    causes,
    retryAfterSeconds: count(value["retryAfterSeconds"]),
  };
}

/** Seconds from a Retry-After header in its delta form; proxies may send the date form, which is ignored. */
export function parseRetryAfter(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/.test(header.trim()) ? Number(header.trim()) : undefined;
}

/**
 * Builds the error from a `Status` body, or from anything else that stood in its place (a proxy's HTML page).
 * `context` names the request, for bodies that say nothing useful themselves.
 */
export function errorFromResponse(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
  context: string,
): KubernetesError {
  const retryAfterSeconds = parseRetryAfter(headers["retry-after"]);
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    parsed = undefined;
  }
  const fallback = REASON_BY_STATUS[status] ?? "Unknown";
  if (isRecord(parsed) && parsed["kind"] === "Status") {
    return new KubernetesError({
      status,
      reason: text(parsed["reason"]) ?? fallback,
      message: text(parsed["message"]) ?? `${context}: ${status}`,
      details: detailsFrom(parsed["details"]),
      retryAfterSeconds,
    });
  }
  const excerpt = body.trim().slice(0, 200);
  const message = `${context}: ${status}${excerpt === "" ? "" : ` ${excerpt}`}`;
  return new KubernetesError({ status, reason: fallback, message, retryAfterSeconds });
}

/** Builds the error from the `Status` object that an ERROR watch event carries. */
export function errorFromStatusObject(value: unknown): KubernetesError {
  const object = isRecord(value) ? value : {};
  const status = typeof object["code"] === "number" ? object["code"] : 500;
  return new KubernetesError({
    status,
    reason: text(object["reason"]) ?? REASON_BY_STATUS[status] ?? "Unknown",
    message: text(object["message"]) ?? "the watch ended with an error",
    details: detailsFrom(object["details"]),
  });
}

const hasReason = (error: unknown, status: number, reason?: string): error is KubernetesError =>
  error instanceof KubernetesError && error.status === status && (reason === undefined || error.reason === reason);

export const isNotFound = (error: unknown): error is KubernetesError => hasReason(error, 404);
export const isUnauthorized = (error: unknown): error is KubernetesError => hasReason(error, 401);
export const isForbidden = (error: unknown): error is KubernetesError => hasReason(error, 403);
export const isInvalid = (error: unknown): error is KubernetesError => hasReason(error, 422);
export const isTooManyRequests = (error: unknown): error is KubernetesError => hasReason(error, 429);
export const isAlreadyExists = (error: unknown): error is KubernetesError => hasReason(error, 409, "AlreadyExists");
/** A stale resourceVersion or a failed precondition; not AlreadyExists, which shares its status. */
export const isConflict = (error: unknown): error is KubernetesError =>
  hasReason(error, 409) && error.reason !== "AlreadyExists";
/** The resourceVersion is too old to watch or page from: list again. */
export const isExpired = (error: unknown): error is KubernetesError => hasReason(error, 410);

/** True when the failure is the caller's own AbortSignal, not the server's doing. */
export const isAbort = (error: unknown): boolean =>
  error instanceof Error && (error.name === "AbortError" || error.name === "TimeoutError");
