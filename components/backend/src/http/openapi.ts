/** The backend's OpenAPI document: who may call what, and how. */
import { describeApi as describe } from "@pilothouse/server/openapi";
import type { FastifyInstance } from "fastify";
import { ERRORS } from "../errors/table.ts";
import type { RouteAccess } from "./caller.ts";
import { referencePage } from "./reference-page.ts";

const WHO: Readonly<Record<RouteAccess, string>> = {
  open: "Open to all.",
  token: "Any valid token.",
  view: "Needs the view role.",
  edit: "Needs the edit role.",
  admin: "Needs the admin role.",
  runner: "The session's own runner.",
  operator: "The operator alone.",
};

export async function describeApi(app: FastifyInstance, version: string): Promise<void> {
  await describe(app, {
    title: "Pilothouse",
    version,
    description: "AI agent sessions on Kubernetes. Every call is carried out with the caller's own Kubernetes token.",
    securitySchemes: {
      token: { type: "http", scheme: "bearer", description: "A token that the Kubernetes API accepts" },
      forwarded: {
        type: "apiKey",
        in: "header",
        name: "X-Forwarded-Access-Token",
        description: "The same, as an OAuth proxy passes it on; wins over Authorization",
      },
    },
    security: [{ token: [] }, { forwarded: [] }],
    errors: ERRORS,
    isSecured: ({ config }) => config?.access !== "open",
    preface: ({ config }) => (config?.access === undefined ? undefined : WHO[config.access]),
  });
}

/** `/api/openapi.json`, and a page that shows it. */
export async function serveApiDescription(app: FastifyInstance): Promise<void> {
  app.get("/openapi.json", {
    config: { access: "open" },
    schema: { hide: true },
    handler: async () => app.swagger(),
  });
  app.get("/docs", {
    config: { access: "open" },
    schema: { hide: true },
    handler: async (_request, reply) =>
      reply
        .type("text/html; charset=utf-8")
        .header(
          "content-security-policy",
          "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
        )
        .send(referencePage(app.swagger())),
  });
}
