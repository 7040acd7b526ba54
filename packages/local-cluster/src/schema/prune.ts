// Drops the fields that a schema does not know (https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/
// custom-resource-definitions/#field-pruning). What `x-kubernetes-preserve-unknown-fields` covers is kept.
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { childPath } from "./field-errors.ts";
import { RESOURCE_FIELDS, type Schema } from "./schema.ts";

/** Removes unknown fields in place and answers their paths (`spec.list[0].typo`). */
export function prune(object: JsonObject, schema: Schema): readonly string[] {
  const removed: string[] = [];
  pruneObject(object, schema, "", removed, true);
  return removed;
}

function pruneValue(value: Json | undefined, schema: Schema, path: string, removed: string[]): void {
  if (Array.isArray(value)) {
    if (schema.items === undefined) return;
    for (const [index, item] of value.entries()) pruneValue(item, schema.items, `${path}[${index}]`, removed);
  } else if (isJsonObject(value)) pruneObject(value, schema, path, removed, schema.embeddedResource);
}

function pruneObject(object: JsonObject, schema: Schema, path: string, removed: string[], isResource: boolean): void {
  const { additionalProperties } = schema;
  for (const field of Object.keys(object)) {
    // The fields of every resource are kept whole: metadata has rules of its own.
    if (isResource && RESOURCE_FIELDS.has(field)) continue;
    const named = schema.properties.get(field);
    if (named !== undefined) pruneValue(object[field], named, childPath(path, field), removed);
    else if (typeof additionalProperties === "object")
      pruneValue(object[field], additionalProperties, childPath(path, field), removed);
    else if (additionalProperties !== true && !schema.preserveUnknownFields) {
      delete object[field];
      removed.push(childPath(path, field));
    }
  }
}
