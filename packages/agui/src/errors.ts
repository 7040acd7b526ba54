/** What can go wrong in this package: one class, one table of codes. */

export const AGUI_ERRORS = {
  INVALID_EVENT: "a value is not an AG-UI event",
  LOG_CORRUPT: "the log's files contradict each other",
  LOG_CLOSED: "the log was closed",
  SSE_FIELD: "a field of a server-sent event would break its framing",
  SSE_TOO_LONG: "a server-sent event is longer than the reader allows",
} as const;
export type AguiErrorCode = keyof typeof AGUI_ERRORS;

export class AguiError extends Error {
  override readonly name = "AguiError";
  readonly code: AguiErrorCode;

  constructor(code: AguiErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }
}
