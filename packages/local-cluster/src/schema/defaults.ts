// Fills in defaults, also inside lists and maps, and drops nulls where null is no value: a null in a field that is
// not nullable means that the field is absent (and so takes its default).
import { cloneJson, defineField, isJsonObject, type Json, type JsonObject } from "../json.ts";
import { fieldSchema, type Schema } from "./schema.ts";

export function applyDefaults(object: JsonObject, schema: Schema): void {
  defaultValue(object, schema);
  dropNulls(object, schema);
}

function defaultValue(value: Json | undefined, schema: Schema): void {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return;
    for (const [index, item] of value.entries()) {
      if (item === null && !items.nullable && items.default !== undefined) value[index] = cloneJson(items.default);
      defaultValue(value[index], items);
    }
  } else if (isJsonObject(value)) defaultObject(value, schema);
}

function defaultObject(object: JsonObject, schema: Schema): void {
  for (const [field, property] of schema.properties) {
    if (property.default === undefined) continue;
    const current = Object.hasOwn(object, field) ? object[field] : undefined;
    if (current === undefined || (current === null && !property.nullable))
      defineField(object, field, cloneJson(property.default));
  }
  for (const field of Object.keys(object)) {
    const property = fieldSchema(schema, field);
    if (property === undefined) continue;
    if (object[field] === null && !property.nullable && property.default !== undefined)
      defineField(object, field, cloneJson(property.default));
    defaultValue(object[field], property);
  }
}

function dropNulls(value: Json | undefined, schema: Schema): void {
  if (Array.isArray(value)) {
    if (schema.items === undefined) return;
    for (const item of value) dropNulls(item, schema.items);
  } else if (isJsonObject(value)) {
    for (const field of Object.keys(value)) {
      const property = fieldSchema(schema, field);
      if (property === undefined) continue;
      if (value[field] === null && !property.nullable) delete value[field];
      else dropNulls(value[field], property);
    }
  }
}
