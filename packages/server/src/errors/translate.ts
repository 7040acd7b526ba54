/** Turns what the schemas and Fastify throw into the one error shape. */
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import { z } from "zod";
import { commonError } from "./common-error.ts";
import { HttpError } from "./http-error.ts";
import type { CommonErrorCode } from "./table.ts";

const PLACES: Readonly<Record<string, string>> = {
  body: "body",
  querystring: "query",
  params: "path",
  headers: "headers",
};

export function translateError(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) return fromSchema(error);
  return fromFastify(error);
}

interface Issue {
  readonly keyword?: string | undefined;
  readonly instancePath: string;
  readonly message?: string | undefined;
  readonly params?: unknown;
}
type SchemaFailure = { validationContext?: string | undefined; validation: readonly Issue[] };

const Unknown = z.object({ keys: z.array(z.string()).min(1) });

/** Where an issue is, as dotted paths. Of fields that are unknown it is their own place that counts. */
function pathsOf({ keyword, instancePath, params }: Issue): string[] {
  const path = instancePath.replace(/^\//, "").replaceAll("/", ".");
  const unknown = keyword === "unrecognized_keys" ? Unknown.safeParse(params).data : undefined;
  return unknown === undefined ? [path] : unknown.keys.map((key) => (path === "" ? key : `${path}.${key}`));
}

function fromSchema(error: SchemaFailure): HttpError {
  const place = PLACES[error.validationContext ?? ""];
  const issues = error.validation.flatMap((issue) => {
    const message = issue.message ?? "is not valid";
    return pathsOf(issue).map((path) => ({ ...(place === undefined ? {} : { in: place }), path, message }));
  });
  const [first] = issues;
  const where = first === undefined || first.path === "" ? (place ?? "request") : `${place ?? "request"}.${first.path}`;
  return commonError("INVALID_REQUEST", `${where}: ${first?.message ?? "is not valid"}`, { details: { issues } });
}

const FASTIFY_CODES: Readonly<Record<string, CommonErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: "BODY_TOO_LARGE",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "INVALID_BODY",
  FST_ERR_CTP_EMPTY_JSON_BODY: "INVALID_BODY",
  FST_ERR_CTP_INVALID_JSON_BODY: "INVALID_BODY",
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: "INVALID_BODY",
};

type FastifyFields = { code?: string; statusCode?: number };

function fromFastify(error: unknown): HttpError {
  const { code, statusCode } = error instanceof Error ? (error as Error & FastifyFields) : {};
  const known = FASTIFY_CODES[code ?? ""];
  if (known === "BODY_TOO_LARGE") return commonError(known, "the body is too large", { cause: error });
  if (known !== undefined || error instanceof SyntaxError) {
    return commonError("INVALID_BODY", "the body must be JSON, sent as application/json", { cause: error });
  }
  if (statusCode === 408) return commonError("TIMEOUT", "the request came too slowly", { cause: error });
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return commonError("INVALID_REQUEST", "the request is malformed", { cause: error });
  }
  return commonError("INTERNAL", "this server failed; its log has the reason under the request's id", {
    cause: error,
  });
}
