/** The errors that any of our servers may answer with. A component's own table begins with these. */

export const COMMON_ERRORS = {
  INVALID_REQUEST: { status: 400, meaning: "a field of the path, query or body is wrong; details.issues names it" },
  INVALID_BODY: { status: 400, meaning: "the body is not JSON" },
  NOT_FOUND: { status: 404, meaning: "there is no such thing" },
  METHOD_NOT_ALLOWED: { status: 405, meaning: "the address has no such method; the header Allow names those it has" },
  TIMEOUT: { status: 408, meaning: "the request came too slowly" },
  BODY_TOO_LARGE: { status: 413, meaning: "the body is larger than this route takes" },
  EXPECTATION_FAILED: { status: 417, meaning: "the header Expect asks for something other than 100-continue" },
  HEADERS_TOO_LARGE: { status: 431, meaning: "the headers are larger than 16 KiB" },
  INTERNAL: { status: 500, meaning: "a fault of this server; the log has it under the request's id" },
  SHUTTING_DOWN: { status: 503, meaning: "this server is ending; the same request, sent again, reaches another" },
} as const;

export type CommonErrorCode = keyof typeof COMMON_ERRORS;
