/** The operations of an OpenAPI document, as a stranger reads it. */
import { z } from "zod";
import type { Schema } from "./schema.ts";

const AnySchema = z.custom<Schema>((value) => typeof value === "object" && value !== null);
const Content = z.record(z.string(), z.looseObject({ schema: AnySchema.optional(), example: z.unknown().optional() }));
const Parameter = z.looseObject({
  name: z.string(),
  in: z.enum(["path", "query", "header", "cookie"]),
  required: z.boolean().default(false),
  schema: AnySchema.default({}),
});
const Response = z.looseObject({
  headers: z.record(z.string(), z.unknown()).default({}),
  content: Content.default({}),
});
const Described = z.looseObject({
  parameters: z.array(Parameter).default([]),
  requestBody: z.looseObject({ required: z.boolean().default(false), content: Content }).optional(),
  responses: z.record(z.string(), Response),
  security: z.array(z.unknown()).optional(),
});
const Document = z.looseObject({
  openapi: z.string().startsWith("3.1"),
  paths: z.record(z.string(), z.record(z.string(), Described)),
  components: z.looseObject({ schemas: z.record(z.string(), AnySchema).default({}) }).default({ schemas: {} }),
});

export type Parameter = z.output<typeof Parameter>;
export interface Operation extends z.output<typeof Described> {
  readonly method: string;
  readonly path: string;
  /** Whether a token is asked for. */
  readonly secured: boolean;
}

export function readDocument(document: unknown): {
  readonly operations: readonly Operation[];
  readonly schemas: Readonly<Record<string, Schema>>;
} {
  const { paths, components } = Document.parse(document);
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, described]) => ({
      ...described,
      method: method.toUpperCase(),
      path,
      secured: described.security === undefined || described.security.length > 0,
    })),
  );
  return { operations, schemas: components.schemas };
}
