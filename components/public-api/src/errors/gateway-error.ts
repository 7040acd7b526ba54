/** Answers that say no: our own, and the backend's that are passed on. Thrown anywhere, answered in `errors/handler.ts`. */
import type { ErrorBody } from "@pilothouse/contracts";
import { ERRORS, type ErrorCode } from "./table.ts";

export class GatewayError extends Error {
  override readonly name = "GatewayError";
  readonly code: ErrorCode;
  readonly details: unknown;
  /** Sent as Retry-After. */
  readonly retryAfterSeconds: number | undefined;

  /** `message` is shown to the caller: it names the resource and the remedy, and holds no secret. */
  constructor(
    code: ErrorCode,
    message: string,
    options: { details?: unknown; cause?: unknown; retryAfterSeconds?: number } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.details = options.details;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  get status(): number {
    return ERRORS[this.code].status;
  }
}

/** The backend's own refusal: the caller gets it as it is. */
export class BackendRefusal extends Error {
  override readonly name = "BackendRefusal";
  readonly status: number;
  readonly body: ErrorBody;
  readonly retryAfter: string | undefined;

  constructor(status: number, body: ErrorBody, retryAfter: string | undefined) {
    super(body.error);
    this.status = status;
    this.body = body;
    this.retryAfter = retryAfter;
  }
}

/** The 400 of a single field, in the same shape as a schema's. */
export function invalidField(
  path: string,
  message: string,
  where: "body" | "query" | "path" | "headers",
): GatewayError {
  return new GatewayError("INVALID_REQUEST", `${path}: ${message}`, {
    details: { issues: [{ in: where, path, message }] },
  });
}
