/** Every error that the broker answers with or ends with: its code, its HTTP status, and what it means. */

export const ERRORS = {
  CONFIGURATION_INVALID: {
    status: 500,
    meaning: "an environment variable is missing or wrong; the broker does not start",
  },
  PRICES_INVALID: { status: 500, meaning: "prices.json is not a price table" },
  TOKEN_REQUIRED: { status: 401, meaning: "the request does not carry this pod's broker token" },
  KEY_NOT_SET: { status: 401, meaning: "the project has no key for this provider" },
  PATH_REFUSED: { status: 403, meaning: "the broker does not forward this path" },
  BUDGET_EXCEEDED: { status: 400, meaning: "the session's budget is used up" },
  NOT_FOUND: { status: 404, meaning: "there is no such path" },
  METHOD_NOT_ALLOWED: { status: 405, meaning: "the path has no such method" },
  BODY_TOO_LARGE: { status: 413, meaning: "the request is larger than the broker forwards" },
  INVALID_REQUEST: { status: 400, meaning: "the request cannot be understood" },
  TOO_MANY_REQUESTS: { status: 429, meaning: "the session sends more requests than it may; wait as Retry-After says" },
  HOST_REFUSED: { status: 403, meaning: "the host is not one that this session may reach" },
  CREDENTIAL_REFUSED: {
    status: 403,
    meaning: "the host asks for a credential that the project has not, or refused it",
  },
  UPSTREAM_UNREACHABLE: { status: 502, meaning: "the provider cannot be reached, or broke off before it answered" },
  UPSTREAM_TIMEOUT: { status: 504, meaning: "the provider did not answer in time" },
  INTERNAL: { status: 500, meaning: "a fault of the broker" },
} as const;

export type ErrorCode = keyof typeof ERRORS;

export class BrokerError extends Error {
  override readonly name = "BrokerError";
  readonly code: ErrorCode;
  readonly retryAfterSeconds: number | undefined;

  /** `message` is shown to the agent: it names the resource and the remedy, and holds no secret. */
  constructor(code: ErrorCode, message: string, options: { cause?: unknown; retryAfterSeconds?: number } = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  get status(): number {
    return ERRORS[this.code].status;
  }
}
