/** The OpenAPI 3.1 document, made from the schemas that check requests and answers. */
import swagger from "@fastify/swagger";
import type { FastifyInstance } from "fastify";
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from "fastify-type-provider-zod";

const PROJECT_HEADER = {
  name: "X-Project",
  in: "header",
  required: false,
  description: "The project that is meant. Not needed with a project key, which belongs to one",
  schema: { type: "string", maxLength: 63, pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$" },
};

export async function describeApi(app: FastifyInstance, version: string): Promise<void> {
  const transform = createJsonSchemaTransform({});
  const transformObject = createJsonSchemaTransformObject({});
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Pilothouse public API",
        version,
        description: "Agent sessions for integrations: give a task, follow it, fetch the result.",
        license: { name: "Apache-2.0", identifier: "Apache-2.0" },
      },
      components: {
        securitySchemes: {
          token: { type: "http", scheme: "bearer", description: "A project key, or a user's own token" },
        },
      },
      security: [{ token: [] }],
    },
    transform: (route) => {
      const { schema, url } = transform(route);
      return route.route.config?.gate === "open" ? { schema: { ...schema, security: [] }, url } : { schema, url };
    },
    transformObject: (document) => {
      if (!("openapiObject" in document)) return document.swaggerObject;
      const described = transformObject(document) as typeof document.openapiObject;
      return { ...described, paths: withProjectHeader(described.paths) } as typeof document.openapiObject;
    },
  });
}

type Operation = { security?: unknown; parameters?: unknown[] };

/** The header is read before any route is, so no route's schema has it. */
function withProjectHeader(paths: object | undefined): object {
  const isOperation = (value: unknown): value is Operation => typeof value === "object" && value !== null;
  return Object.fromEntries(
    Object.entries(paths ?? {}).map(([path, item]: [string, object]) => [
      path,
      Object.fromEntries(
        Object.entries(item).map(([method, operation]: [string, unknown]) => {
          if (!isOperation(operation) || operation.security !== undefined) return [method, operation];
          return [method, { ...operation, parameters: [...(operation.parameters ?? []), PROJECT_HEADER] }];
        }),
      ),
    ]),
  );
}
