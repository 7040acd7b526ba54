/** An answer that says no. Thrown anywhere, answered in one place (`@pilothouse/server`). */
import { HttpError, type HttpErrorOptions } from "@pilothouse/server";
import { ERRORS, type ErrorCode } from "./table.ts";

export class ApiError extends HttpError<ErrorCode> {
  override readonly name = "ApiError";

  /** `message` is shown to the caller: it names the resource and the remedy, and holds no secret. */
  constructor(code: ErrorCode, message: string, options?: HttpErrorOptions) {
    super(ERRORS[code].status, code, message, options);
  }
}

/** The 400 of a single field, in the same shape as a schema's. */
export function invalidField(
  path: string,
  message: string,
  where: "body" | "query" | "path" | "headers" = "body",
): ApiError {
  return new ApiError("INVALID_REQUEST", `${path}: ${message}`, {
    details: { issues: [{ in: where, path, message }] },
  });
}
