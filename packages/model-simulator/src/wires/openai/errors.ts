// How OpenAI's API says no.
import type { ModelError } from "../../reply.ts";

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "invalid_request_error",
  403: "permission_error",
  404: "not_found_error",
  429: "rate_limit_exceeded",
};

export function errorDocument(error: ModelError): unknown {
  const type = error.type ?? ERROR_TYPES[error.status] ?? "server_error";
  const code = error.status === 401 ? "invalid_api_key" : null;
  return { error: { message: error.message ?? `simulated ${type}`, type, param: null, code } };
}
