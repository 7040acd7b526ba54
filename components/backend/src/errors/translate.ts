/** Turns whatever was thrown into the one error shape. What is not Kubernetes' is translated as in every server. */
import { ConnectionError, KubernetesError } from "@pilothouse/kubernetes";
import { translateError, type HttpError } from "@pilothouse/server";
import { isStoreAway } from "../store/unavailable.ts";
import { ApiError } from "./api-error.ts";
import type { ErrorCode } from "./table.ts";

export function translate(error: unknown): HttpError {
  if (error instanceof KubernetesError) return fromKubernetes(error);
  if (error instanceof ConnectionError) {
    return new ApiError("KUBERNETES_UNAVAILABLE", "the Kubernetes API does not answer; try again", {
      cause: error,
      retryAfterSeconds: 1,
    });
  }
  if (isStoreAway(error)) {
    return new ApiError("STORE_UNAVAILABLE", "the transcript store does not answer; try again", {
      cause: error,
      retryAfterSeconds: 2,
    });
  }
  return translateError(error);
}

const KUBERNETES_CODES: Readonly<Record<number, ErrorCode>> = {
  400: "INVALID_REQUEST",
  401: "UNAUTHENTICATED",
  403: "FORBIDDEN",
  404: "NOT_FOUND",
  409: "CONFLICT",
  410: "GONE",
  413: "BODY_TOO_LARGE",
  422: "INVALID_OBJECT",
  429: "TOO_MANY_REQUESTS",
};

function fromKubernetes(error: KubernetesError): ApiError {
  const code = error.reason === "AlreadyExists" ? "ALREADY_EXISTS" : KUBERNETES_CODES[error.status];
  if (code === undefined) {
    return new ApiError("KUBERNETES_UNAVAILABLE", "the Kubernetes API failed; try again", {
      cause: error,
      retryAfterSeconds: error.retryAfterSeconds ?? 1,
    });
  }
  const message = code === "UNAUTHENTICATED" ? "the Kubernetes API does not accept this token" : error.message;
  const issues = error.details.causes
    ?.filter((cause) => cause.message !== undefined)
    .map((cause) => ({ in: "body", path: cause.field ?? "", message: cause.message }));
  return new ApiError(code, message, {
    cause: error,
    ...(issues === undefined || issues.length === 0 ? {} : { details: { issues } }),
    ...(error.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: error.retryAfterSeconds }),
  });
}
