/** The OpenAPI 3.1 document, made from the schemas that check requests and answers. */
import swagger from "@fastify/swagger";
import type { FastifyInstance } from "fastify";
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from "fastify-type-provider-zod";
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
  const transform = createJsonSchemaTransform({});
  const transformObject = createJsonSchemaTransformObject({});
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Pilothouse",
        version,
        description:
          "AI agent sessions on Kubernetes. Every call is carried out with the caller's own Kubernetes token.",
        license: { name: "Apache-2.0", identifier: "Apache-2.0" },
      },
      components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
      security: [{ token: [] }],
    },
    transform: (route) => {
      const { schema, url } = transform(route);
      const access = route.route.config?.access;
      if (access === undefined) return { schema, url };
      const description = [WHO[access], route.schema?.description].filter((text) => text !== undefined).join(" ");
      return { schema: { ...schema, description, ...(access === "open" ? { security: [] } : {}) }, url };
    },
    transformObject: (document) => {
      if (!("openapiObject" in document)) return document.swaggerObject;
      const described = transformObject(document);
      return withoutUnused(named(tidy(described)));
    },
  });
}

/** Drops what is Kubernetes' own in the resource schemas and means nothing in OpenAPI. */
function tidy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tidy);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !key.startsWith("x-kubernetes-"))
      .map(([key, child]) => [key, tidy(child)]),
  );
}

type Described = {
  paths: Record<string, Record<string, { responses?: object }>>;
  components: { schemas: Record<string, unknown> };
};

const ERROR = {
  description: "What went wrong",
  content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
};

/**
 * Fastify's `*` gets a name, each operation one that generators of clients can use, and each the errors that any request
 * may meet, also where the answer itself has no schema, such as the bytes of a file.
 */
function named(value: unknown): Described {
  const document = value as Described;
  const text = JSON.stringify(document.paths).replaceAll("{*}", "{path}").replaceAll('"name":"*"', '"name":"path"');
  const paths = JSON.parse(text) as Described["paths"];
  for (const [path, item] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(item)) {
      operation.responses = { "4XX": ERROR, "5XX": ERROR, ...operation.responses };
      Object.assign(operation, { operationId: idOf(method, path) });
    }
  }
  return { ...document, paths };
}

/** `GET /api/projects/{project}/keys` is `getProjectsByProjectKeys`. */
function idOf(method: string, path: string): string {
  const parts = path.split(/[/.]/).filter((part) => part !== "" && part !== "api");
  const words = parts.flatMap((part) => (part.startsWith("{") ? ["by", part.slice(1, -1)] : part.split("-")));
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}

/** Every schema is described once for requests and once for answers; most are used for one of them. */
function withoutUnused(document: Described): Described {
  const { schemas } = document.components;
  const used = new Set<string>();
  const visit = (value: unknown): void => {
    for (const [, name = ""] of JSON.stringify(value).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (used.has(name)) continue;
      used.add(name);
      visit(schemas[name] ?? null);
    }
  };
  visit(document.paths);
  const kept = Object.fromEntries(Object.entries(schemas).filter(([name]) => used.has(name)));
  return { ...document, components: { ...document.components, schemas: kept } };
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
