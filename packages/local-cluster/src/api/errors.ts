// Everything the API can refuse, as Kubernetes says it: an exception that carries a Status document.
import type { JsonObject } from "../json.ts";

export interface FieldError {
  /** As in `details.causes[].reason`: FieldValueRequired, FieldValueInvalid, … */
  readonly type: string;
  readonly field: string;
  readonly message: string;
}

/** Group and plural of the resource that an error is about. */
export interface ResourceName {
  readonly group: string;
  readonly plural: string;
}

interface StatusParts {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly details?: JsonObject;
}

export class ApiError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly details: JsonObject | undefined;
  /** Extra response headers, such as Retry-After. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(parts: StatusParts, headers: Readonly<Record<string, string>> = {}) {
    super(parts.message);
    this.name = "ApiError";
    this.code = parts.code;
    this.reason = parts.reason;
    this.details = parts.details;
    this.headers = headers;
  }

  toStatus(): JsonObject {
    return {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: this.message,
      reason: this.reason,
      ...(this.details === undefined ? {} : { details: this.details }),
      code: this.code,
    };
  }
}

/** `pods`, `jobs.batch`: how messages name a resource. */
export function qualified(resource: ResourceName): string {
  return resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`;
}

function about(resource: ResourceName, name: string, more: JsonObject = {}): JsonObject {
  return {
    ...(name === "" ? {} : { name }),
    ...(resource.group === "" ? {} : { group: resource.group }),
    ...(resource.plural === "" ? {} : { kind: resource.plural }),
    ...more,
  };
}

export function badRequest(message: string): ApiError {
  return new ApiError({ code: 400, reason: "BadRequest", message });
}

export function unauthorized(message = "Unauthorized"): ApiError {
  return new ApiError({ code: 401, reason: "Unauthorized", message });
}

export function forbidden(resource: ResourceName, name: string, why: string): ApiError {
  const subject = name === "" ? qualified(resource) : `${qualified(resource)} "${name}"`;
  return new ApiError({
    code: 403,
    reason: "Forbidden",
    message: resource.plural === "" ? `forbidden: ${why}` : `${subject} is forbidden: ${why}`,
    details: about(resource, name),
  });
}

export function notFound(resource: ResourceName, name: string): ApiError {
  return new ApiError({
    code: 404,
    reason: "NotFound",
    message: `${qualified(resource)} "${name}" not found`,
    details: about(resource, name),
  });
}

export function noSuchPath(): ApiError {
  return new ApiError({
    code: 404,
    reason: "NotFound",
    message: "the server could not find the requested resource",
    details: {},
  });
}

export function methodNotAllowed(
  message = "the server does not allow this method on the requested resource",
): ApiError {
  return new ApiError({ code: 405, reason: "MethodNotAllowed", message, details: {} });
}

export function notAcceptable(message: string): ApiError {
  return new ApiError({ code: 406, reason: "NotAcceptable", message });
}

export function alreadyExists(resource: ResourceName, name: string): ApiError {
  return new ApiError({
    code: 409,
    reason: "AlreadyExists",
    message: `${qualified(resource)} "${name}" already exists`,
    details: about(resource, name),
  });
}

export function conflict(resource: ResourceName, name: string, why: string, causes?: JsonObject[]): ApiError {
  return new ApiError({
    code: 409,
    reason: "Conflict",
    message: `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`,
    details: about(resource, name, causes === undefined ? {} : { causes }),
  });
}

export const STALE = "the object has been modified; please apply your changes to the latest version and try again";

export function expired(message: string): ApiError {
  return new ApiError({ code: 410, reason: "Expired", message });
}

export function tooLarge(limit: number): ApiError {
  return new ApiError({
    code: 413,
    reason: "RequestEntityTooLarge",
    message: `Request entity too large: limit is ${limit}`,
  });
}

export function unsupportedMediaType(got: string, accepted: readonly string[]): ApiError {
  return new ApiError({
    code: 415,
    reason: "UnsupportedMediaType",
    message: `the body of the request was in an unknown format - accepted media types include: ${accepted.join(", ")} (got ${got === "" ? "none" : got})`,
  });
}

/** 422: the object is well-formed and wrong. */
export function invalid(group: string, kind: string, name: string, errors: readonly FieldError[]): ApiError {
  const lines = errors.map((error) => `${error.field}: ${error.message}`);
  const text = lines.length === 1 ? (lines[0] ?? "") : `[${lines.join(", ")}]`;
  return new ApiError({
    code: 422,
    reason: "Invalid",
    message: `${group === "" ? kind : `${kind}.${group}`} "${name}" is invalid: ${text}`,
    details: {
      ...(name === "" ? {} : { name }),
      ...(group === "" ? {} : { group }),
      kind,
      causes: errors.map((error) => ({ reason: error.type, message: error.message, field: error.field })),
    },
  });
}

export function tooManyRequests(message: string, retryAfterSeconds: number): ApiError {
  return new ApiError(
    { code: 429, reason: "TooManyRequests", message, details: { retryAfterSeconds } },
    { "retry-after": String(retryAfterSeconds) },
  );
}

export function internalError(message: string): ApiError {
  return new ApiError({
    code: 500,
    reason: "InternalError",
    message: `Internal error occurred: ${message}`,
    details: { causes: [{ message }] },
  });
}

export function serviceUnavailable(message: string): ApiError {
  return new ApiError({ code: 503, reason: "ServiceUnavailable", message });
}

export function gatewayTimeout(message: string): ApiError {
  return new ApiError({ code: 504, reason: "Timeout", message, details: {} });
}

// The wording of field errors, as Kubernetes' own validation has it.

export function required(field: string, detail: string): FieldError {
  return { type: "FieldValueRequired", field, message: detail === "" ? "Required value" : `Required value: ${detail}` };
}

export function invalidValue(field: string, value: unknown, detail: string): FieldError {
  return { type: "FieldValueInvalid", field, message: `Invalid value: ${JSON.stringify(value) ?? "null"}: ${detail}` };
}

export function notSupported(field: string, value: unknown, supported: readonly string[]): FieldError {
  const names = supported.map((each) => JSON.stringify(each)).join(", ");
  return {
    type: "FieldValueNotSupported",
    field,
    message: `Unsupported value: ${JSON.stringify(value) ?? "null"}: supported values: ${names}`,
  };
}

export function forbiddenField(field: string, detail: string): FieldError {
  return { type: "FieldValueForbidden", field, message: `Forbidden: ${detail}` };
}

export function duplicate(field: string, value: unknown): FieldError {
  return { type: "FieldValueDuplicate", field, message: `Duplicate value: ${JSON.stringify(value) ?? "null"}` };
}
