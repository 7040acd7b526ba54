// The operator's errors: one table of codes, one class.

export const OPERATOR_ERRORS = {
  CONFIGURATION_INVALID: "a flag, an environment variable or a file that they name is wrong",
  REGISTRY_INVALID: "a registry file cannot be read or does not match its schema",
  TRANSCRIPT_NOT_REMOVED: "the backend did not confirm that a transcript is gone",
} as const;

export type OperatorErrorCode = keyof typeof OPERATOR_ERRORS;

export class OperatorError extends Error {
  override readonly name = "OperatorError";
  readonly code: OperatorErrorCode;

  constructor(code: OperatorErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }
}
