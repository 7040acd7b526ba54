/** An error of the common table, as this package throws it. */
import { HttpError, type HttpErrorOptions } from "./http-error.ts";
import { COMMON_ERRORS, type CommonErrorCode } from "./table.ts";

export function commonError(
  code: CommonErrorCode,
  message: string,
  options?: HttpErrorOptions,
): HttpError<CommonErrorCode> {
  return new HttpError(COMMON_ERRORS[code].status, code, message, options);
}
