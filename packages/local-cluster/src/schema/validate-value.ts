// Checks a value against a schema, with the messages of kube-openapi's validator. Values that an update leaves as they
// were are not checked again ("ratcheting"): a stricter schema must not lock users out of objects that exist.
import { equalJson, isJsonObject, type Json, type JsonObject } from "../json.ts";
import { regularExpression } from "../cel/index.ts";
import {
  childPath,
  type FieldError,
  invalidField,
  NO_FIELD,
  requiredField,
  tooLong,
  tooMany,
  unsupportedField,
  wrongType,
} from "./field-errors.ts";
import { hasFormat } from "./formats.ts";
import { goFloat } from "./go-format.ts";
import { correlatedItem } from "./list-types.ts";
import type { Schema } from "./schema.ts";

/** The value at a path, and what was there before the update (undefined when there was nothing to compare with). */
interface Subject {
  readonly value: Json;
  readonly old: Json | undefined;
  readonly path: string;
}

export function validateValue(value: Json, old: Json | undefined, schema: Schema, path = ""): readonly FieldError[] {
  const errors: FieldError[] = [];
  check({ value, old, path }, schema, errors);
  return errors;
}

function check(subject: Subject, schema: Schema, errors: FieldError[]): void {
  const { value, old, path } = subject;
  if (old !== undefined && equalJson(value, old)) return;
  checkType(value, schema, path, errors);
  if (value !== null) {
    checkAlternatives(subject, schema, errors);
    if (typeof value === "string") checkString(value, schema, path, errors);
    else if (typeof value === "number") checkNumber(value, schema, path, errors);
    else if (Array.isArray(value)) checkList(value, subject, schema, errors);
  }
  checkEnumeration(value, schema, path, errors);
  if (isJsonObject(value)) checkObject(value, subject, schema, errors);
}

export function typeOf(value: Json): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}

function checkType(value: Json, schema: Schema, path: string, errors: FieldError[]): void {
  const type = typeOf(value);
  if (value === null && schema.nullable) return;
  const wanted = schema.intOrString ? "integer,string" : schema.type;
  if (wanted === "" || wanted.split(",").includes(type) || (wanted === "number" && type === "integer")) return;
  errors.push(wrongType(path, type, `${path} in body must be of type ${wanted}: "${type}"`));
}

function checkEnumeration(value: Json, schema: Schema, path: string, errors: FieldError[]): void {
  const allowed = schema.enumeration;
  if (allowed === undefined || (value === null && schema.nullable)) return;
  if (allowed.some((one) => equalJson(one, value))) return;
  const shown = allowed.map((one) => (typeof one === "string" ? one : JSON.stringify(one)));
  errors.push(unsupportedField(path, value, shown));
}

function checkString(value: string, schema: Schema, path: string, errors: FieldError[]): void {
  const { maxLength, minLength, pattern, format } = schema;
  if (maxLength !== undefined || minLength !== undefined) {
    const length = Array.from(value).length;
    if (maxLength !== undefined && length > maxLength) errors.push(tooLong(path, maxLength));
    if (minLength !== undefined && length < minLength)
      errors.push(invalidField(path, value, `${path} in body should be at least ${minLength} chars long`));
  }
  if (pattern !== undefined && !regularExpression(pattern).test(value))
    errors.push(invalidField(path, value, `${path} in body should match '${pattern}'`));
  if (format !== "" && !hasFormat(value, format))
    errors.push(wrongType(path, value, `${path} in body must be of type ${format}: ${JSON.stringify(value)}`));
}

function checkNumber(value: number, schema: Schema, path: string, errors: FieldError[]): void {
  const fail = (detail: string): number =>
    errors.push(invalidField(path, value, `${path} in body should be ${detail}`));
  // Kubernetes compares integers with the whole part of a bound, and prints it so.
  const bound = (limit: number): number => (Number.isSafeInteger(value) ? Math.trunc(limit) : limit);
  const shown = (limit: number): string => (Number.isSafeInteger(value) ? String(Math.trunc(limit)) : goFloat(limit));
  const { multipleOf, maximum, minimum, exclusiveMaximum, exclusiveMinimum } = schema;
  if (multipleOf !== undefined && !isMultiple(value, multipleOf)) fail(`a multiple of ${goFloat(multipleOf)}`);
  if (maximum !== undefined) {
    if (exclusiveMaximum && value >= bound(maximum)) fail(`less than ${shown(maximum)}`);
    else if (value > bound(maximum)) fail(`less than or equal to ${shown(maximum)}`);
  }
  if (minimum === undefined) return;
  if (exclusiveMinimum && value <= bound(minimum)) fail(`greater than ${shown(minimum)}`);
  else if (value < bound(minimum)) fail(`greater than or equal to ${shown(minimum)}`);
}

/** 0.3 counts as a multiple of 0.1, although it is none in binary. */
function isMultiple(value: number, factor: number): boolean {
  if (factor < 1) return Number.isInteger(Number((value * (1 / factor)).toPrecision(15)));
  return value % factor === 0;
}

function checkList(value: readonly Json[], subject: Subject, schema: Schema, errors: FieldError[]): void {
  const { path, old } = subject;
  const { items, minItems, maxItems, uniqueItems } = schema;
  if (items !== undefined)
    for (const [index, item] of value.entries())
      check({ value: item, old: correlatedItem(item, old, schema), path: `${path}[${index}]` }, items, errors);
  if (minItems !== undefined && value.length < minItems)
    errors.push(invalidField(path, value.length, `${path} in body should have at least ${minItems} items`));
  if (maxItems !== undefined && value.length > maxItems) errors.push(tooMany(path, value.length, maxItems));
  const hasTwins = (): boolean =>
    value.some((item, index) => value.slice(0, index).some((other) => equalJson(item, other)));
  if (uniqueItems && hasTwins()) errors.push(invalidField(path, "", `${path} in body shouldn't contain duplicates`));
}

function checkObject(value: JsonObject, subject: Subject, schema: Schema, errors: FieldError[]): void {
  const { path, old } = subject;
  const { minProperties, maxProperties, required, properties, additionalProperties } = schema;
  const fields = Object.keys(value).filter((field) => value[field] !== undefined);
  if (minProperties !== undefined && fields.length < minProperties)
    errors.push(invalidField(path, minProperties, `${path} in body should have at least ${minProperties} properties`));
  if (maxProperties !== undefined && fields.length > maxProperties)
    errors.push(tooMany(path, fields.length, maxProperties));
  for (const field of required)
    if (!Object.hasOwn(value, field) || value[field] === undefined) errors.push(requiredField(childPath(path, field)));
  // The fields of an atomic map stand or fall together, so none is compared with what it was.
  const before = isJsonObject(old) && schema.mapType !== "atomic" ? old : undefined;
  for (const field of fields) {
    const property = properties.get(field) ?? additionalProperties;
    const item = value[field];
    if (typeof property !== "object" || item === undefined) continue;
    const oldItem = before !== undefined && Object.hasOwn(before, field) ? before[field] : undefined;
    check({ value: item, old: oldItem, path: childPath(path, field) }, property, errors);
  }
}

function checkAlternatives(subject: Subject, schema: Schema, errors: FieldError[]): void {
  const { path } = subject;
  const attempt = (option: Schema): readonly FieldError[] => {
    const found: FieldError[] = [];
    check(subject, option, found);
    return found;
  };
  const fail = (detail: string): number => errors.push(invalidField(NO_FIELD, "", `"${path}" must ${detail}`));
  if (schema.anyOf.length > 0) {
    const results = schema.anyOf.map(attempt);
    if (results.every((found) => found.length > 0)) {
      fail("validate at least one schema (anyOf)");
      errors.push(...best(results));
    }
  }
  if (schema.oneOf.length > 0) {
    const results = schema.oneOf.map(attempt);
    const matching = results.filter((found) => found.length === 0).length;
    if (matching === 0) {
      fail("validate one and only one schema (oneOf). Found none valid");
      errors.push(...best(results));
    } else if (matching > 1) fail(`validate one and only one schema (oneOf). Found ${matching} valid alternatives`);
  }
  if (schema.allOf.length > 0) {
    const results = schema.allOf.map(attempt);
    const failed = results.filter((found) => found.length > 0);
    errors.push(...failed.flat());
    if (failed.length > 0)
      fail(`validate all the schemas (allOf)${failed.length === results.length ? ". None validated" : ""}`);
  }
  if (schema.not !== undefined && attempt(schema.not).length === 0) fail("not validate the schema (not)");
}

/** The errors of the option that came closest. */
function best(results: readonly (readonly FieldError[])[]): readonly FieldError[] {
  return results.reduce((closest, found) => (found.length < closest.length ? found : closest));
}
