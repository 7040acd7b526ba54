// A default must itself satisfy the schema that it stands in.
import { cloneJson, isJsonObject, type JsonObject } from "../../json.ts";
import { childPath, type FieldError, invalidField } from "../field-errors.ts";
import { applyDefaults } from "../defaults.ts";
import { validateListTypes } from "../list-types.ts";
import { prune } from "../prune.ts";
import { readSchema } from "../schema.ts";
import { validateValue } from "../validate-value.ts";

export function validateDefault(source: JsonObject, path: string): readonly FieldError[] {
  const schema = readSchema(source);
  const value = cloneJson(schema.default);
  if (value === undefined) return [];
  const field = `${path}.default`;
  if (isJsonObject(value)) {
    if (prune(value, schema).length > 0) return [invalidField(field, schema.default, "must not have unknown fields")];
    applyDefaults(value, schema);
  }
  if (value === null && schema.nullable) return [];
  return [...validateValue(value, undefined, schema), ...validateListTypes(value, schema)].map((error) => ({
    ...error,
    field: error.field.startsWith("[") ? field + error.field : joined(field, error.field),
  }));
}

function joined(field: string, below: string): string {
  return below === "" ? field : childPath(field, below);
}
