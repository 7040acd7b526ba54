/** An answer that says no. Thrown anywhere, answered in one place. */

export interface HttpErrorOptions {
  /** Machine-readable facts, sent to the caller. */
  readonly details?: unknown;
  /** For the log alone. */
  readonly cause?: unknown;
  /** Sent as Retry-After. */
  readonly retryAfterSeconds?: number;
}

/**
 * Components derive their own from it, with the codes of their table:
 *
 * @example class ApiError extends HttpError<ErrorCode> {
 *   constructor(code: ErrorCode, message: string, options?: HttpErrorOptions) {
 *     super(ERRORS[code].status, code, message, options);
 *   }
 * }
 */
export class HttpError<Code extends string = string> extends Error {
  override readonly name: string = "HttpError";
  readonly status: number;
  readonly code: Code;
  readonly details: unknown;
  readonly retryAfterSeconds: number | undefined;

  /** `message` is shown to the caller: it names the resource and the remedy, and holds no secret. */
  constructor(status: number, code: Code, message: string, options: HttpErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.status = status;
    this.code = code;
    this.details = options.details;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
