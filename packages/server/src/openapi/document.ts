/**
 * The OpenAPI 3.1 document of a server, made from the schemas that check its requests and answers and completed with
 * what they cannot say (`ApiNotes`).
 */
import swagger from "@fastify/swagger";
import type { FastifyInstance, FastifySchema, RouteOptions } from "fastify";
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from "fastify-type-provider-zod";
import { z } from "zod";
import type { ApiNotes } from "./notes.ts";
import { completeOperation, type ErrorTable, type Operation } from "./operation.ts";

export interface DescriptionOptions {
  readonly title: string;
  readonly version: string;
  readonly description: string;
  readonly securitySchemes: Readonly<Record<string, SecurityScheme>>;
  /** Any of these is enough. */
  readonly security: readonly Readonly<Record<string, string[]>>[];
  readonly errors: ErrorTable;
  /** Whether a route needs a token. */
  readonly isSecured: (route: RouteOptions) => boolean;
  /** Said in front of a route's own description. */
  readonly preface?: (route: RouteOptions) => string | undefined;
  /** Statuses of errors of every route that needs a token. */
  readonly securedErrors?: readonly number[];
  /** Header parameters of every route that needs a token. */
  readonly securedHeaders?: NonNullable<Operation["parameters"]>;
}

type SecurityScheme =
  | { readonly type: "http"; readonly scheme: "bearer"; readonly description: string }
  | { readonly type: "apiKey"; readonly in: "header"; readonly name: string; readonly description: string };

const FACTS = "x-facts";
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown> };
}

/** Registers it; from then on `app.swagger()` is the document. */
export async function describeApi(app: FastifyInstance, options: DescriptionOptions): Promise<void> {
  const transform = createJsonSchemaTransform({});
  const transformObject = createJsonSchemaTransformObject({});
  const { title, version, description, securitySchemes, security, errors } = options;
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title, version, description, license: { name: "Apache-2.0", identifier: "Apache-2.0" } },
      components: { securitySchemes: { ...securitySchemes } },
      security: [...security],
    },
    transform: (input) => {
      const { schema, url } = transform(input);
      const { route } = input;
      const secured = options.isSecured(route);
      const said = [options.preface?.(route), descriptionOf(route.schema)].filter((part) => part !== undefined);
      const { errors: own = [], ...notes } = route.config?.api ?? {};
      const all = [...own, ...(secured ? (options.securedErrors ?? []) : [])];
      const facts = { secured, bodyOptional: isOptional(route.schema?.body), notes: { ...notes, errors: all } };
      return {
        schema: {
          ...schema,
          ...(said.length === 0 ? {} : { description: said.join(" ") }),
          ...(secured ? {} : { security: [] }),
          [FACTS]: facts,
        },
        url,
      };
    },
    transformObject: (document) => {
      if (!("openapiObject" in document)) return document.swaggerObject;
      const described = withoutKubernetes(transformObject(document)) as Document;
      return withoutUnused(completed(described, errors, options.securedHeaders ?? []));
    },
  });
}

const Facts = z.object({ secured: z.boolean(), bodyOptional: z.boolean(), notes: z.custom<ApiNotes>() });

/** Fastify's `*` gets a name, and each operation its id, all its answers, and the headers that it reads. */
function completed(
  document: Document,
  errors: ErrorTable,
  securedHeaders: NonNullable<Operation["parameters"]>,
): Document {
  const text = JSON.stringify(document.paths).replaceAll("{*}", "{path}").replaceAll('"name":"*"', '"name":"path"');
  const paths = JSON.parse(text) as Document["paths"];
  for (const [path, item] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(item)) {
      const facts = Facts.parse(operation[FACTS]);
      delete operation[FACTS];
      completeOperation(operation, { ...facts, method }, errors);
      if (facts.secured && securedHeaders.length > 0) {
        operation.parameters = [...(operation.parameters ?? []), ...securedHeaders];
      }
      operation.operationId = idOf(method, path);
    }
  }
  return { ...document, paths };
}

function descriptionOf(schema: FastifySchema | undefined): string | undefined {
  return schema !== undefined && "description" in schema && typeof schema.description === "string"
    ? schema.description
    : undefined;
}

function isOptional(body: unknown): boolean {
  return body instanceof z.ZodType && body.safeParse(undefined).success;
}

/** `GET /api/projects/{project}/keys` is `getProjectsByProjectKeys`. */
function idOf(method: string, path: string): string {
  const parts = path.split(/[/.]/).filter((part) => part !== "" && part !== "api" && part !== "v1");
  const words = parts.flatMap((part) => (part.startsWith("{") ? ["by", part.slice(1, -1)] : part.split("-")));
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}

/** Drops what is Kubernetes' own in the resource schemas and means nothing in OpenAPI. */
function withoutKubernetes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutKubernetes);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !key.startsWith("x-kubernetes-"))
      .map(([key, child]) => [key, withoutKubernetes(child)]),
  );
}

/** Every schema is described once for requests and once for answers; most are used for one of them. */
function withoutUnused(document: Document): Document {
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
