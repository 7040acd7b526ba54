/** A typed client of the REST API. */
import type { components } from "./schema.gen.ts";

export { createApiClient, type ApiClient, type ApiClientOptions } from "./client.ts";
export type { components, paths } from "./schema.gen.ts";

/** A named schema of the API: `Resource<"Session">`. */
export type Resource<Name extends keyof components["schemas"]> = components["schemas"][Name];
