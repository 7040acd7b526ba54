// What a version's schema does for its objects: prune, fill in defaults, validate.
import { cloneJson, type Json, type JsonObject } from "../json.ts";
import { applyDefaults } from "./defaults.ts";
import { validateEmbeddedResources } from "./embedded-resources.ts";
import { type FieldError, invalidField, NO_FIELD } from "./field-errors.ts";
import { validateListTypes } from "./list-types.ts";
import { prune } from "./prune.ts";
import { compileRules } from "./rules.ts";
import { readSchema } from "./schema.ts";
import { validateValue } from "./validate-value.ts";

export interface CustomResourceSchema {
  /** Removes unknown fields in place and answers their paths. */
  prune(object: JsonObject): readonly string[];
  /** Fills in defaults in place. */
  applyDefaults(object: JsonObject): void;
  /** With the former state, what has not changed is not judged again, and transition rules run. */
  validate(object: JsonObject, old?: JsonObject): readonly FieldError[];
  /** The paths that prune would remove. */
  unknownFields(object: JsonObject): readonly string[];
}

/** Errors after which rules would judge an object that does not have the shape they were compiled for. */
const BLOCKING = new Set([
  "FieldValueNotSupported",
  "FieldValueRequired",
  "FieldValueTooLong",
  "FieldValueTooMany",
  "FieldValueTypeInvalid",
]);

const NOT_CHECKED =
  "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation";

/**
 * Compiles the `openAPIV3Schema` of a version.
 *
 * @throws CelCompileError when a rule does not compile (validateCustomResourceDefinition refuses such definitions)
 */
export function compileCustomResource(openApiSchema: Json | undefined): CustomResourceSchema {
  const schema = readSchema(openApiSchema);
  const checkRules = compileRules(schema);
  return {
    prune: (object) => prune(object, schema),
    applyDefaults: (object) => applyDefaults(object, schema),
    unknownFields: (object) => prune(cloneJson(object), schema),
    validate(object, old) {
      const errors: FieldError[] = [...validateValue(object, old, schema)];
      // What judges an object as a whole is not held against one that had the same fault before.
      for (const check of [validateEmbeddedResources, validateListTypes])
        if (old === undefined || check(old, schema).length === 0) errors.push(...check(object, schema));
      if (checkRules === undefined) return errors;
      if (errors.some((error) => BLOCKING.has(error.type)))
        return [...errors, invalidField(NO_FIELD, null, NOT_CHECKED)];
      return [...errors, ...checkRules(object, old)];
    },
  };
}
