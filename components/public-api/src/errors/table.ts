/** Every error that this component answers with by itself. The backend's own errors pass through with their codes. */
import { COMMON_ERRORS } from "@pilothouse/server";

export const ERRORS = {
  ...COMMON_ERRORS,
  PROJECT_REQUIRED: { status: 400, meaning: "neither X-Project nor a project key says which project is meant" },
  UNAUTHENTICATED: { status: 401, meaning: "no token, or one that the Kubernetes API does not accept" },
  TRANSCRIPT_TOO_LARGE: {
    status: 422,
    meaning: "the transcript is too long for this form; format=events has no limit",
  },
  TOO_MANY_REQUESTS: { status: 429, meaning: "the token or the address asks too often; wait, as Retry-After says" },
  TOO_MANY_STREAMS: { status: 429, meaning: "the token holds too many event streams; close some" },
  CLIENT_GONE: { status: 499, meaning: "the client went before it was answered; seen in logs and metrics alone" },
  BACKEND_FAILED: { status: 502, meaning: "the backend answered something that is no answer of ours" },
  BACKEND_UNAVAILABLE: { status: 502, meaning: "the backend cannot be reached" },
  BACKEND_TIMEOUT: { status: 504, meaning: "the backend did not answer in time" },
} as const;

export type ErrorCode = keyof typeof ERRORS;
