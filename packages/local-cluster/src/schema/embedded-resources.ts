// `x-kubernetes-embedded-resource`: whole Kubernetes objects inside an object.
import { isJsonObject, type Json, stringAt } from "../json.ts";
import { childPath, type FieldError, invalidField, requiredField } from "./field-errors.ts";
import { fieldSchema, type Schema } from "./schema.ts";

export function validateEmbeddedResources(value: Json | undefined, schema: Schema, path = ""): readonly FieldError[] {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return [];
    return value.flatMap((item, index) => validateEmbeddedResources(item, items, `${path}[${index}]`));
  }
  if (!isJsonObject(value)) return [];
  const errors: FieldError[] = [];
  if (schema.embeddedResource && path !== "") {
    for (const field of ["apiVersion", "kind"])
      if (stringAt(value, field) === "") errors.push(requiredField(childPath(path, field), "must not be empty"));
    const metadata = value["metadata"];
    if (metadata !== undefined && !isJsonObject(metadata))
      errors.push(invalidField(childPath(path, "metadata"), metadata, "must be an object"));
  }
  for (const [field, item] of Object.entries(value)) {
    const property = fieldSchema(schema, field);
    if (property !== undefined) errors.push(...validateEmbeddedResources(item, property, childPath(path, field)));
  }
  return errors;
}
