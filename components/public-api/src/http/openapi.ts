/** The public API's OpenAPI document. */
import { describeApi as describe } from "@pilothouse/server/openapi";
import type { FastifyInstance } from "fastify";
import { ERRORS } from "../errors/table.ts";

/** Read before any route is, so no route's schema has it. */
const PROJECT_HEADER = {
  name: "X-Project",
  in: "header",
  required: false,
  description: "The project that is meant. Not needed with a project key, which belongs to one",
  schema: { type: "string", minLength: 1, maxLength: 63, pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$" },
};

export async function describeApi(app: FastifyInstance, version: string): Promise<void> {
  await describe(app, {
    title: "Pilothouse public API",
    version,
    description: "Agent sessions for integrations: give a task, follow it, fetch the result.",
    securitySchemes: {
      token: { type: "http", scheme: "bearer", description: "A project key, or a user's own token" },
    },
    security: [{ token: [] }],
    errors: ERRORS,
    isSecured: ({ config }) => config?.gate !== "open",
    // Whatever the backend refuses is passed on, and it may be away.
    securedErrors: [406, 409, 413, 422, 499, 502, 504],
    securedHeaders: [PROJECT_HEADER],
  });
}
