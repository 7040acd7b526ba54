// Whether a schema is structural (KEP-1154): every value has one type, known without looking at alternatives, so
// that pruning and defaulting are possible. Works on the definition as it was written, to name each place in it.
import { RegexSyntaxError, regularExpression } from "../../cel/index.ts";
import { isJsonObject, type Json, type JsonObject, objectsAt, stringAt, valueAt } from "../../json.ts";
import { type FieldError, forbiddenField, invalidField, requiredField, unsupportedField } from "../field-errors.ts";
import { validateDefault } from "./defaults.ts";
import { validateExtensions } from "./extensions.ts";

const TYPES = ["array", "boolean", "integer", "number", "object", "string"];
const UNSUPPORTED = ["$ref", "$schema", "id", "definitions", "dependencies", "patternProperties", "additionalItems"];

/** Where a schema stands decides what it must say about its type. */
type Place = "root" | "field" | "item";

export function validateStructure(schema: JsonObject, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  visit(schema, path, "root", errors);
  return errors;
}

function visit(schema: JsonObject, path: string, place: Place, errors: FieldError[]): void {
  validateType(schema, path, place, errors);
  validateKeywords(schema, path, errors);
  const isResource = place === "root" || schema["x-kubernetes-embedded-resource"] === true;
  if (isResource) validateResourceFields(schema, path, errors);
  errors.push(...validateExtensions(schema, path));
  if (schema["default"] !== undefined) errors.push(...validateDefault(schema, path));
  for (const [name, property] of propertiesOf(schema)) visit(property, `${path}.properties[${name}]`, "field", errors);
  const { additionalProperties, items } = schema;
  if (isJsonObject(additionalProperties)) visit(additionalProperties, `${path}.additionalProperties`, "field", errors);
  if (isJsonObject(items)) visit(items, `${path}.items`, "item", errors);
  validateAlternatives(schema, path, errors);
}

export function propertiesOf(schema: JsonObject): readonly (readonly [string, JsonObject])[] {
  const properties = schema["properties"];
  if (!isJsonObject(properties)) return [];
  return Object.entries(properties).flatMap(([name, property]) =>
    isJsonObject(property) ? [[name, property] as const] : [],
  );
}

function validateType(schema: JsonObject, path: string, place: Place, errors: FieldError[]): void {
  const type = stringAt(schema, "type");
  const field = `${path}.type`;
  const needsNone =
    schema["x-kubernetes-int-or-string"] === true || schema["x-kubernetes-preserve-unknown-fields"] === true;
  if (place === "root") {
    if (type === "") errors.push(requiredField(field, "must not be empty at the root"));
    else if (type !== "object") errors.push(invalidField(field, type, "must be object at the root"));
    if (schema["nullable"] === true)
      errors.push(forbiddenField(`${path}.nullable`, "nullable cannot be true at the root"));
  } else if (type === "" && !needsNone) {
    const what = place === "item" ? "array items" : "object fields";
    errors.push(requiredField(field, `must not be empty for specified ${what}`));
  }
  if (type !== "" && !TYPES.includes(type)) errors.push(unsupportedField(field, type, TYPES));
}

/** The keywords of OpenAPI that Kubernetes takes, and how. Holds inside alternatives as well. */
function validateKeywords(schema: JsonObject, path: string, errors: FieldError[]): void {
  for (const keyword of UNSUPPORTED)
    if (schema[keyword] !== undefined) errors.push(forbiddenField(`${path}.${keyword}`, `${keyword} is not supported`));
  const { items, additionalProperties, pattern } = schema;
  if (Array.isArray(items))
    errors.push(forbiddenField(`${path}.items`, "items must be a schema object and not an array"));
  else if (schema["type"] === "array" && items === undefined)
    errors.push(requiredField(`${path}.items`, "must be specified"));
  if (additionalProperties !== undefined && propertiesOf(schema).length > 0)
    errors.push(
      forbiddenField(`${path}.additionalProperties`, "additionalProperties and properties are mutual exclusive"),
    );
  else if (additionalProperties === false)
    errors.push(forbiddenField(`${path}.additionalProperties`, "additionalProperties cannot be set to false"));
  if (schema["uniqueItems"] === true)
    errors.push(
      forbiddenField(
        `${path}.uniqueItems`,
        "uniqueItems cannot be set to true since the runtime complexity becomes quadratic",
      ),
    );
  if (typeof pattern !== "string") return;
  try {
    regularExpression(pattern);
  } catch (error) {
    if (!(error instanceof RegexSyntaxError)) throw error;
    const detail = `must be a valid regular expression, but isn't: ${error.message}`;
    errors.push(invalidField(`${path}.pattern`, pattern, detail));
  }
}

/** apiVersion, kind and metadata are given; a schema may only narrow them a little. */
function validateResourceFields(schema: JsonObject, path: string, errors: FieldError[]): void {
  const wanted: Readonly<Record<string, string>> = { apiVersion: "string", kind: "string", metadata: "object" };
  for (const [name, type] of Object.entries(wanted)) {
    const given = valueAt(schema, "properties", name, "type");
    if (typeof given === "string" && given !== type)
      errors.push(invalidField(`${path}.properties[${name}].type`, given, `must be ${type}`));
  }
  const metadata = valueAt(schema, "properties", "metadata");
  if (!isJsonObject(metadata)) return;
  const others = propertiesOf(metadata).some(([name]) => name !== "name" && name !== "generateName");
  const keywords = Object.keys(metadata).filter((key) => !["type", "description", "properties"].includes(key));
  if (others || keywords.length > 0)
    errors.push(
      forbiddenField(
        `${path}.properties[metadata]`,
        "must not specify anything other than name and generateName, but metadata is implicitly specified",
      ),
    );
}

/** What an alternative may not say: it judges values, it does not describe them. */
const NOT_IN_ALTERNATIVES: readonly (readonly [keyword: string, problem: string])[] = [
  ["description", "must be empty to be structural"],
  ["type", "must be empty to be structural"],
  ["default", "must be undefined to be structural"],
  ["nullable", "must be false to be structural"],
  ["title", "must be empty to be structural"],
  ["additionalProperties", "must be undefined to be structural"],
  ["x-kubernetes-preserve-unknown-fields", "must be false to be structural"],
  ["x-kubernetes-embedded-resource", "must be false to be structural"],
  ["x-kubernetes-int-or-string", "must be false to be structural"],
  ["x-kubernetes-list-map-keys", "must be empty to be structural"],
  ["x-kubernetes-list-type", "must be undefined to be structural"],
  ["x-kubernetes-map-type", "must be undefined to be structural"],
  ["x-kubernetes-validations", "must be empty to be structural"],
];

function validateAlternatives(schema: JsonObject, path: string, errors: FieldError[]): void {
  for (const keyword of ["allOf", "anyOf", "oneOf"]) {
    for (const [index, option] of objectsAt(schema, keyword).entries()) {
      const place = `${path}.${keyword}[${index}]`;
      if (isIntOrStringOption(schema, keyword)) continue;
      visitAlternative(option, place, errors);
    }
  }
  const not = schema["not"];
  if (isJsonObject(not)) visitAlternative(not, `${path}.not`, errors);
}

function visitAlternative(option: JsonObject, path: string, errors: FieldError[]): void {
  for (const [keyword, problem] of NOT_IN_ALTERNATIVES) {
    const value: Json | undefined = option[keyword];
    if (value === undefined || value === false || value === "") continue;
    errors.push(forbiddenField(`${path}.${keyword}`, problem));
  }
  const described = { ...option };
  delete described["additionalProperties"];
  if (described["type"] === "array") delete described["type"];
  validateKeywords(described, path, errors);
  for (const [name, property] of propertiesOf(option))
    visitAlternative(property, `${path}.properties[${name}]`, errors);
  const items = option["items"];
  if (isJsonObject(items)) visitAlternative(items, `${path}.items`, errors);
  validateAlternatives(option, path, errors);
}

/** `anyOf: [{type: integer}, {type: string}]` beside x-kubernetes-int-or-string is the one exception. */
function isIntOrStringOption(schema: JsonObject, keyword: string): boolean {
  if (schema["x-kubernetes-int-or-string"] !== true) return false;
  const isPair = (options: readonly JsonObject[]): boolean =>
    JSON.stringify(options) === '[{"type":"integer"},{"type":"string"}]';
  const options = objectsAt(schema, keyword);
  if (keyword === "anyOf") return isPair(options);
  return keyword === "allOf" && options.length === 1 && isPair(objectsAt(options[0], "anyOf"));
}
