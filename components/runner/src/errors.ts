/** What can go wrong in the runner: one class, one table of codes with the HTTP status that each becomes. */

export const RUNNER_ERRORS = {
  /** Start-up. The process exits with "prerequisite missing". */
  ENVIRONMENT_INVALID: 500,
  BRIDGE_UNKNOWN: 500,
  SESSION_UNREADABLE: 500,
  RECORDING_INVALID: 500,
  CLONE_FAILED: 500,
  /** Requests. */
  BODY_INVALID: 400,
  RUN_EMPTY: 400,
  PATH_INVALID: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  RUN_CONFLICT: 409,
  INTERRUPT_UNKNOWN: 409,
  NOT_A_FILE: 409,
  FILE_TOO_LARGE: 413,
  CLIENT_TOOLS_UNSUPPORTED: 422,
  QUEUE_FULL: 429,
  STOPPING: 503,
  NOT_READY: 503,
  /** Runs. They become the code of RUN_ERROR. */
  RUNNER_INTERRUPTED: 500,
  AGENT_ERROR: 500,
  AGENT_PROCESS_DIED: 500,
  AGENT_START_FAILED: 500,
  MODEL_AUTHENTICATION_FAILED: 500,
  MODEL_REQUEST_INVALID: 500,
  MODEL_NOT_FOUND: 500,
  MODEL_RATE_LIMITED: 500,
  MODEL_OVERLOADED: 500,
  MODEL_ERROR: 500,
  BUDGET_EXCEEDED: 500,
  INTERNAL: 500,
} as const;
export type RunnerErrorCode = keyof typeof RUNNER_ERRORS;

export class RunnerError extends Error {
  override readonly name = "RunnerError";
  readonly code: RunnerErrorCode;

  constructor(code: RunnerErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }

  get status(): number {
    return RUNNER_ERRORS[this.code];
  }
}

/** The words of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
