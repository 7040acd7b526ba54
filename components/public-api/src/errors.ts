/** What this gateway itself answers with; errors of the backend pass as they are. */

export const GATEWAY_ERRORS = {
  INVALID_REQUEST: 400,
  INVALID_BODY: 400,
  PROJECT_REQUIRED: 400,
  UNAUTHENTICATED: 401,
  NOT_FOUND: 404,
  BODY_TOO_LARGE: 413,
  RATE_LIMITED: 429,
  INTERNAL: 500,
  BACKEND_FAILED: 502,
} as const;
export type GatewayErrorCode = keyof typeof GATEWAY_ERRORS;

export class GatewayError extends Error {
  override readonly name = "GatewayError";
  readonly code: GatewayErrorCode;
  readonly details: unknown;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: GatewayErrorCode,
    message: string,
    options: { details?: unknown; cause?: unknown; retryAfterSeconds?: number } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.details = options.details;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  get status(): number {
    return GATEWAY_ERRORS[this.code];
  }
}

/** The backend said no, in the shape that all components share: it is passed on with its status. */
export class BackendRefusal extends Error {
  override readonly name = "BackendRefusal";
  readonly status: number;
  readonly body: { readonly error: string; readonly code: string; readonly details?: unknown };
  readonly retryAfter: string | undefined;

  constructor(status: number, body: BackendRefusal["body"], retryAfter: string | undefined) {
    super(body.error);
    this.status = status;
    this.body = body;
    this.retryAfter = retryAfter;
  }
}
