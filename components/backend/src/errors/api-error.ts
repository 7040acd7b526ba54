/** An answer that says no. Thrown anywhere, answered in one place (`errors/handler.ts`). */
import { ERRORS, type ErrorCode } from "./table.ts";

export class ApiError extends Error {
  override readonly name = "ApiError";
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

/** The 400 of a single field, in the same shape as a schema's. */
export function invalidField(path: string, message: string, where: "body" | "query" | "path" = "body"): ApiError {
  return new ApiError("INVALID_REQUEST", `${path}: ${message}`, {
    details: { issues: [{ in: where, path, message }] },
  });
}
