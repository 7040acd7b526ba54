// Errors about one field, in the words of Kubernetes' field.Error. The type is what stands in a Status' causes.
import type { FieldError } from "../api/errors.ts";
import type { Json } from "../json.ts";
import { goBadValue, goQuote } from "./go-format.ts";

export type { FieldError } from "../api/errors.ts";

/** What Kubernetes prints for an error that belongs to no field. */
export const NO_FIELD = "<nil>";

const withDetail = (body: string, detail: string): string => (detail === "" ? body : `${body}: ${detail}`);

export function requiredField(field: string, detail = ""): FieldError {
  return { type: "FieldValueRequired", field, message: withDetail("Required value", detail) };
}

export function invalidField(field: string, value: Json | undefined, detail: string): FieldError {
  return { type: "FieldValueInvalid", field, message: withDetail(`Invalid value: ${goBadValue(value)}`, detail) };
}

/** Like invalidField, for a value that is already in Go's notation. */
export function invalidFieldShown(field: string, shown: string, detail: string): FieldError {
  return { type: "FieldValueInvalid", field, message: withDetail(`Invalid value: ${shown}`, detail) };
}

export function wrongType(field: string, value: Json, detail: string): FieldError {
  return { type: "FieldValueTypeInvalid", field, message: withDetail(`Invalid value: ${goBadValue(value)}`, detail) };
}

export function unsupportedField(field: string, value: Json, supported: readonly string[]): FieldError {
  const message = `Unsupported value: ${goBadValue(value)}: supported values: ${supported.map(goQuote).join(", ")}`;
  return { type: "FieldValueNotSupported", field, message };
}

export function duplicateField(field: string, value: Json): FieldError {
  return { type: "FieldValueDuplicate", field, message: `Duplicate value: ${goBadValue(value)}` };
}

export function forbiddenField(field: string, detail: string): FieldError {
  return { type: "FieldValueForbidden", field, message: withDetail("Forbidden", detail) };
}

export function tooLong(field: string, max: number): FieldError {
  return { type: "FieldValueTooLong", field, message: `Too long: may not be longer than ${max}` };
}

export function tooMany(field: string, actual: number, max: number): FieldError {
  return { type: "FieldValueTooMany", field, message: `Too many: ${actual}: must have at most ${max} items` };
}

/** `a` + `b` = `a.b`, and the root has no name. */
export function childPath(parent: string, name: string): string {
  return parent === "" ? name : `${parent}.${name}`;
}
