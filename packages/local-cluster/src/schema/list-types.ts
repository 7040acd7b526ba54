// `x-kubernetes-list-type`: the items of a set are unique, those of a map have unique keys, by which an update's
// items are matched with the former ones.
import { equalJson, isJsonObject, type Json, type JsonObject } from "../json.ts";
import { childPath, duplicateField, type FieldError } from "./field-errors.ts";
import { fieldSchema, type Schema } from "./schema.ts";

export function validateListTypes(value: Json | undefined, schema: Schema, path = ""): readonly FieldError[] {
  if (isJsonObject(value))
    return Object.keys(value).flatMap((field) => {
      const property = fieldSchema(schema, field);
      return property === undefined ? [] : validateListTypes(value[field], property, childPath(path, field));
    });
  if (!Array.isArray(value)) return [];
  const errors: FieldError[] = [];
  if (schema.listType === "set") errors.push(...duplicates(value, path));
  if (schema.listType === "map") {
    const keys = value.map((item) => (isJsonObject(item) ? keysOf(item, schema) : {}));
    errors.push(...duplicates(keys, path));
  }
  const { items } = schema;
  if (items !== undefined)
    errors.push(...value.flatMap((item, index) => validateListTypes(item, items, `${path}[${index}]`)));
  return errors;
}

/** The former state of an item of a map list: the one with the same keys. Other lists' items have none. */
export function correlatedItem(item: Json, old: Json | undefined, schema: Schema): Json | undefined {
  if (schema.listType !== "map" || !Array.isArray(old) || !isJsonObject(item)) return undefined;
  const keys = keysOf(item, schema);
  return old.find((candidate) => isJsonObject(candidate) && equalJson(keysOf(candidate, schema), keys));
}

function keysOf(item: JsonObject, schema: Schema): JsonObject {
  const keys: JsonObject = {};
  for (const key of schema.listMapKeys) if (Object.hasOwn(item, key)) keys[key] = item[key];
  return keys;
}

/** Every value that was there before, told once, at its first repetition. */
function duplicates(values: readonly Json[], path: string): readonly FieldError[] {
  const seen = new Map<string, number>();
  const errors: FieldError[] = [];
  for (const [index, value] of values.entries()) {
    const text = canonical(value);
    const count = (seen.get(text) ?? 0) + 1;
    seen.set(text, count);
    if (count === 2) errors.push(duplicateField(`${path}[${index}]`, value));
  }
  return errors;
}

function canonical(value: Json | undefined): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (!isJsonObject(value)) return JSON.stringify(value) ?? "null";
  const fields = Object.keys(value).filter((field) => value[field] !== undefined);
  const entries = fields.sort().map((field) => `${JSON.stringify(field)}:${canonical(value[field])}`);
  return `{${entries.join()}}`;
}
