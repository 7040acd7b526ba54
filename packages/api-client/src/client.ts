/** A client of the REST API whose paths, parameters, bodies and answers are typed by the API's own description. */
import createClient, { type Client } from "openapi-fetch";
import type { paths } from "./schema.gen.ts";

export type ApiClient = Client<paths>;

export interface ApiClientOptions {
  /** Where the backend is, without `/api`. */
  readonly baseUrl: string;
  /** Asked for before each request, so that a token can be replaced; undefined = none is sent. */
  readonly token?: () => string | undefined;
  /** Default: the platform's. */
  readonly fetch?: (request: Request) => Promise<Response>;
}

/**
 * @example
 * const client = createApiClient({ baseUrl: "http://127.0.0.1:4401", token: () => token });
 * const { data, error } = await client.GET("/api/projects/{project}/agentic-sessions", {
 *   params: { path: { project: "team-a" }, query: { limit: 10 } },
 * });
 */
export function createApiClient({ baseUrl, token, fetch }: ApiClientOptions): ApiClient {
  const client = createClient<paths>({
    baseUrl,
    pathSerializer,
    ...(fetch === undefined ? {} : { fetch }),
  });
  client.use({
    onRequest: ({ request }) => {
      const bearer = token?.();
      if (bearer !== undefined) request.headers.set("authorization", `Bearer ${bearer}`);
      return request;
    },
  });
  return client;
}

/** Every parameter is one part of the path, but for the last, which may be a path of its own: that of a file. */
function pathSerializer(template: string, values: Readonly<Record<string, unknown>>): string {
  return template.replaceAll(/\{([^}]+)\}/g, (_whole, name: string) => {
    const value = String(values[name]);
    return name === "path" ? value.split("/").map(encodeURIComponent).join("/") : encodeURIComponent(value);
  });
}
