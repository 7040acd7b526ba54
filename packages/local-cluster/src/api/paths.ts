// The paths that are no resources: discovery, OpenAPI, version, health, and the issuer's documents.
import { ISSUER, type ServiceAccountTokens } from "../auth/service-account-tokens.ts";
import type { Catalog } from "../resources/catalog.ts";
import { discoveryResponse, VERSION } from "./discovery.ts";
import { noSuchPath } from "./errors.ts";
import { json, text, type ApiRequest, type ApiResponse } from "./http.ts";
import type { OpenApi } from "./openapi/documents.ts";

export interface PathParts {
  readonly catalog: Catalog;
  readonly serviceAccountTokens: ServiceAccountTokens;
}

/** Answers a request that is allowed; 404 for a path that is not served. */
export function answerPath(request: ApiRequest, parts: PathParts, openApi: OpenApi): ApiResponse {
  const { path, method } = request;
  if (method !== "GET" && method !== "HEAD") throw noSuchPath();
  const [root = "", second = ""] = path.split("/").filter((segment) => segment !== "");
  switch (root) {
    case "api":
    case "apis":
      return discoveryResponse(parts.catalog, request);
    case "openapi":
      return openApi.respond(request);
    case "version":
      return json(200, VERSION);
    case "healthz":
    case "livez":
    case "readyz":
      return text(200, "ok");
    case ".well-known":
      if (second !== "openid-configuration") throw noSuchPath();
      return json(200, {
        issuer: ISSUER,
        jwks_uri: `${ISSUER}/openid/v1/jwks`,
        response_types_supported: ["id_token"],
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: ["ES256"],
      });
    case "openid":
      return json(200, parts.serviceAccountTokens.jwks());
    case "":
      return json(200, {
        paths: ["/api", "/api/v1", "/apis", "/healthz", "/livez", "/openapi/v3", "/readyz", "/version"],
      });
    default:
      throw noSuchPath();
  }
}
