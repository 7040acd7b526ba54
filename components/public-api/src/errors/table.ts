/** Every error that this component answers with by itself. The backend's own errors pass through with their codes. */

export const ERRORS = {
  INVALID_REQUEST: { status: 400, meaning: "a field of the path, query or body is wrong; details.issues names it" },
  INVALID_BODY: { status: 400, meaning: "the body is not JSON" },
  PROJECT_REQUIRED: { status: 400, meaning: "neither X-Project nor a project key says which project is meant" },
  UNAUTHENTICATED: { status: 401, meaning: "no token, or one that the Kubernetes API does not accept" },
  NOT_FOUND: { status: 404, meaning: "there is no such thing" },
  TIMEOUT: { status: 408, meaning: "the request came too slowly" },
  BODY_TOO_LARGE: { status: 413, meaning: "the body is larger than 1 MiB" },
  TRANSCRIPT_TOO_LARGE: {
    status: 422,
    meaning: "the transcript is too long for this form; format=events has no limit",
  },
  TOO_MANY_REQUESTS: { status: 429, meaning: "the token or the address asks too often; wait, as Retry-After says" },
  TOO_MANY_STREAMS: { status: 429, meaning: "the token holds too many event streams; close some" },
  CLIENT_GONE: { status: 499, meaning: "the client went before it was answered; seen in logs and metrics alone" },
  HEADERS_TOO_LARGE: { status: 431, meaning: "the headers are larger than 16 KiB" },
  INTERNAL: { status: 500, meaning: "a fault of this server; the log has it under the request's id" },
  BACKEND_FAILED: { status: 502, meaning: "the backend answered something that is no answer of ours" },
  BACKEND_UNAVAILABLE: { status: 502, meaning: "the backend cannot be reached" },
  BACKEND_TIMEOUT: { status: 504, meaning: "the backend did not answer in time" },
} as const;

export type ErrorCode = keyof typeof ERRORS;
