/** Why a guarded request got no answer. Messages hold no credential: they end in statuses and logs. */

export const EGRESS_ERRORS = {
  DESTINATION_REFUSED: "the address is not one that may be asked",
  UNREACHABLE: "no connection, or no answer in time",
  ANSWER_TOO_LARGE: "the answer is larger than anything that is asked for",
} as const;

export type EgressErrorCode = keyof typeof EGRESS_ERRORS;

export class EgressError extends Error {
  override readonly name = "EgressError";
  readonly code: EgressErrorCode;

  constructor(code: EgressErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }
}
