/** Turns whatever was thrown into the one error shape: ours, Kubernetes', the schemas', Fastify's. */
import { ConnectionError, KubernetesError } from "@pilothouse/kubernetes";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import { ApiError } from "./api-error.ts";
import type { ErrorCode } from "./table.ts";

const PLACES: Readonly<Record<string, string>> = {
  body: "body",
  querystring: "query",
  params: "path",
  headers: "headers",
};

export function translate(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof KubernetesError) return fromKubernetes(error);
  if (error instanceof ConnectionError) {
    return new ApiError("KUBERNETES_UNAVAILABLE", "the Kubernetes API does not answer; try again", {
      cause: error,
      retryAfterSeconds: 1,
    });
  }
  if (hasZodFastifySchemaValidationErrors(error)) return fromSchema(error);
  return fromFastify(error);
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

type SchemaFailure = {
  validationContext?: string | undefined;
  validation: readonly { instancePath: string; message?: string | undefined; params?: unknown }[];
};

function fromSchema(error: SchemaFailure): ApiError {
  const place = PLACES[error.validationContext ?? ""];
  const issues = error.validation.map((issue) => {
    const path = issue.instancePath.replace(/^\//, "").replaceAll("/", ".");
    return { ...(place === undefined ? {} : { in: place }), path, message: issue.message ?? "is not valid" };
  });
  const [first] = issues;
  const where = first === undefined || first.path === "" ? (place ?? "request") : `${place ?? "request"}.${first.path}`;
  return new ApiError("INVALID_REQUEST", `${where}: ${first?.message ?? "is not valid"}`, { details: { issues } });
}

const FASTIFY_CODES: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: "BODY_TOO_LARGE",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "INVALID_BODY",
  FST_ERR_CTP_EMPTY_JSON_BODY: "INVALID_BODY",
  FST_ERR_CTP_INVALID_JSON_BODY: "INVALID_BODY",
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: "INVALID_BODY",
};

function fromFastify(error: unknown): ApiError {
  const { code, statusCode } = error instanceof Error ? (error as Error & FastifyFields) : {};
  const known = FASTIFY_CODES[code ?? ""];
  if (known === "BODY_TOO_LARGE") return new ApiError(known, "the body is too large", { cause: error });
  if (known !== undefined || error instanceof SyntaxError) {
    return new ApiError("INVALID_BODY", "the body must be JSON, sent as application/json", { cause: error });
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new ApiError("INVALID_REQUEST", "the request is malformed", { cause: error });
  }
  return new ApiError("INTERNAL", "this server failed; its log has the reason under the request's id", {
    cause: error,
  });
}

type FastifyFields = { code?: string; statusCode?: number };
