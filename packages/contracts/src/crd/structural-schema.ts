/**
 * Zod schema → structural schema of a CustomResourceDefinition.
 * JSON Schema says more than Kubernetes accepts, so this pass drops what a structural schema may not have
 * (`additionalProperties: false` beside `properties`, safe-integer bounds, `$schema`, `propertyNames`) and keeps the
 * `x-kubernetes-*` keys that schemas carry as metadata.
 */
import { z } from "zod";

export type JsonObject = { [key: string]: unknown };

const DROPPED = new Set(["$schema", "propertyNames", "id"]);

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function clean(schema: unknown): unknown {
  if (!isObject(schema)) return schema;
  const result: JsonObject = {};
  for (const [key, value] of Object.entries(schema)) {
    if (DROPPED.has(key)) continue;
    if (key === "properties" && isObject(value)) {
      result[key] = Object.fromEntries(Object.entries(value).map(([name, property]) => [name, clean(property)]));
    } else if (key === "items") {
      result[key] = clean(value);
    } else if (key === "additionalProperties") {
      if (isObject(value)) result[key] = clean(value);
    } else if ((key === "maximum" || key === "minimum") && Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER) {
      continue;
    } else {
      result[key] = value;
    }
  }
  if (result["type"] === "integer") result["format"] = "int64";
  return result;
}

/** The structural schema of one zod schema, in its input form: what has a default is not required. */
export function structuralSchema(schema: z.ZodType): JsonObject {
  const cleaned = clean(z.toJSONSchema(schema, { target: "openapi-3.0", io: "input" }));
  if (!isObject(cleaned)) throw new TypeError("a custom resource's schema must be an object");
  return cleaned;
}
