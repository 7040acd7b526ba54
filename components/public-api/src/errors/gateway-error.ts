/** Answers that say no: our own, and the backend's that are passed on. */
import type { ErrorBody } from "@pilothouse/contracts";
import { HttpError, type HttpErrorOptions } from "@pilothouse/server";
import { ERRORS, type ErrorCode } from "./table.ts";

export class GatewayError extends HttpError<ErrorCode> {
  override readonly name = "GatewayError";

  /** `message` is shown to the caller: it names the resource and the remedy, and holds no secret. */
  constructor(code: ErrorCode, message: string, options?: HttpErrorOptions) {
    super(ERRORS[code].status, code, message, options);
  }
}

/** The backend's own refusal: the caller gets it as it is. */
export class BackendRefusal extends HttpError {
  override readonly name = "BackendRefusal";

  constructor(status: number, { error, code, details }: ErrorBody, retryAfterSeconds: number | undefined) {
    super(status, code, error, { details, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) });
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
