/** Every error that this component answers with: its code, its HTTP status, and what it means. */
import { COMMON_ERRORS } from "@pilothouse/server";

export const ERRORS = {
  ...COMMON_ERRORS,
  RUNNER_TYPE_NOT_AVAILABLE: { status: 400, meaning: "the runner type is unknown, or not enabled in this project" },
  MODEL_NOT_AVAILABLE: { status: 400, meaning: "the model is unknown, not available, or of another provider" },
  SECRET_NOT_SET: { status: 400, meaning: "a secret that the runner type needs is not set in this project" },
  REPOSITORY_REFUSED: { status: 400, meaning: "the address of a repository is not acceptable" },
  PATH_REFUSED: { status: 400, meaning: "the path leads out of the workspace" },
  NOT_SUPPORTED: { status: 400, meaning: "this installation or runner type cannot do that" },
  UNAUTHENTICATED: { status: 401, meaning: "no token, or one that the Kubernetes API does not accept" },
  FORBIDDEN: { status: 403, meaning: "Kubernetes' rules do not allow it" },
  NOT_ACCEPTABLE: { status: 406, meaning: "the answer has no form that the request accepts" },
  CONFLICT: { status: 409, meaning: "the object was changed meanwhile, or its state does not allow it" },
  ALREADY_EXISTS: { status: 409, meaning: "the name is taken" },
  SESSION_NOT_RUNNING: { status: 409, meaning: "the session has no live runner; details.phase says why" },
  SESSION_RUNNING: { status: 409, meaning: "the field cannot change while the session runs; details.phase" },
  LAST_ADMIN: { status: 409, meaning: "a project keeps at least one admin" },
  REQUEST_IN_PROGRESS: { status: 409, meaning: "a request with the same Idempotency-Key is being carried out" },
  TRANSCRIPT_GAP: { status: 409, meaning: "events are missing before these; details.lastSeq is the last one held" },
  GONE: { status: 410, meaning: "the position is too old to continue from" },
  INVALID_OBJECT: { status: 422, meaning: "Kubernetes refused the object; details.issues names the fields" },
  IDEMPOTENCY_KEY_REUSED: { status: 422, meaning: "the Idempotency-Key was used for another request" },
  TOO_MANY_REQUESTS: { status: 429, meaning: "wait, as Retry-After says" },
  ARCHIVE_UNREADABLE: { status: 502, meaning: "what the session left behind cannot be read" },
  RUNNER_FAILED: { status: 502, meaning: "the session's runner did not answer as it should" },
  KUBERNETES_UNAVAILABLE: { status: 503, meaning: "the Kubernetes API does not answer" },
  REGISTRY_UNAVAILABLE: { status: 503, meaning: "a registry file could never be read" },
  TEST_TIMED_OUT: { status: 504, meaning: "the operator has not answered in time" },
  STORE_UNAVAILABLE: { status: 503, meaning: "the transcript store does not answer" },
} as const;

export type ErrorCode = keyof typeof ERRORS;
