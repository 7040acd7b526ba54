/** Turns whatever was thrown into the one error shape: ours, the schemas', Fastify's. */
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import { BackendRefusal, GatewayError } from "./gateway-error.ts";
import type { ErrorCode } from "./table.ts";

const PLACES: Readonly<Record<string, string>> = {
  body: "body",
  querystring: "query",
  params: "path",
  headers: "headers",
};

export function translate(error: unknown): GatewayError | BackendRefusal {
  if (error instanceof GatewayError || error instanceof BackendRefusal) return error;
  if (hasZodFastifySchemaValidationErrors(error)) return fromSchema(error);
  return fromFastify(error);
}

type SchemaFailure = {
  validationContext?: string | undefined;
  validation: readonly { instancePath: string; message?: string | undefined }[];
};

function fromSchema(error: SchemaFailure): GatewayError {
  const place = PLACES[error.validationContext ?? ""] ?? "request";
  const issues = error.validation.map((issue) => {
    const path = issue.instancePath.replace(/^\//, "").replaceAll("/", ".");
    return { in: place, path, message: issue.message ?? "is not valid" };
  });
  const [first] = issues;
  const where = first === undefined || first.path === "" ? place : `${place}.${first.path}`;
  return new GatewayError("INVALID_REQUEST", `${where}: ${first?.message ?? "is not valid"}`, { details: { issues } });
}

const FASTIFY_CODES: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: "BODY_TOO_LARGE",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "INVALID_BODY",
  FST_ERR_CTP_EMPTY_JSON_BODY: "INVALID_BODY",
  FST_ERR_CTP_INVALID_JSON_BODY: "INVALID_BODY",
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: "INVALID_BODY",
};

type FastifyFields = { code?: string; statusCode?: number };

function fromFastify(error: unknown): GatewayError {
  const { code, statusCode } = error instanceof Error ? (error as Error & FastifyFields) : {};
  const known = FASTIFY_CODES[code ?? ""];
  if (known === "BODY_TOO_LARGE") return new GatewayError(known, "the body is larger than 1 MiB", { cause: error });
  if (known !== undefined || error instanceof SyntaxError) {
    return new GatewayError("INVALID_BODY", "the body must be JSON, sent as application/json", { cause: error });
  }
  if (statusCode === 408) return new GatewayError("TIMEOUT", "the request came too slowly", { cause: error });
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new GatewayError("INVALID_REQUEST", "the request is malformed", { cause: error });
  }
  return new GatewayError("INTERNAL", "this server failed; its log has the reason under the request's id", {
    cause: error,
  });
}
