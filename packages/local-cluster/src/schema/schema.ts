// A schema of a custom resource as data: OpenAPI v3 as far as Kubernetes takes it, read once from the definition.
// Reading is lenient: what a definition may contain is judged by definition/, before anything is compiled.
import {
  arrayAt,
  isJsonObject,
  type Json,
  type JsonObject,
  numberAt,
  objectsAt,
  stringAt,
  stringsAt,
} from "../json.ts";

export interface Schema {
  /** Empty when it is not given. */
  readonly type: string;
  readonly format: string;
  readonly nullable: boolean;
  readonly default: Json | undefined;
  readonly properties: ReadonlyMap<string, Schema>;
  /** A schema for all properties that are not named, or whether there may be any. */
  readonly additionalProperties: Schema | boolean | undefined;
  readonly items: Schema | undefined;
  readonly intOrString: boolean;
  readonly preserveUnknownFields: boolean;
  readonly embeddedResource: boolean;
  readonly listType: string;
  readonly listMapKeys: readonly string[];
  readonly mapType: string;
  readonly rules: readonly ValidationRule[];

  readonly required: readonly string[];
  readonly enumeration: readonly Json[] | undefined;
  readonly pattern: string | undefined;
  readonly minLength: number | undefined;
  readonly maxLength: number | undefined;
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
  readonly exclusiveMinimum: boolean;
  readonly exclusiveMaximum: boolean;
  readonly multipleOf: number | undefined;
  readonly minItems: number | undefined;
  readonly maxItems: number | undefined;
  readonly uniqueItems: boolean;
  readonly minProperties: number | undefined;
  readonly maxProperties: number | undefined;
  readonly allOf: readonly Schema[];
  readonly anyOf: readonly Schema[];
  readonly oneOf: readonly Schema[];
  readonly not: Schema | undefined;
}

/** One of `x-kubernetes-validations`. */
export interface ValidationRule {
  readonly rule: string;
  readonly message: string;
  readonly messageExpression: string;
  readonly reason: string | undefined;
  readonly fieldPath: string;
  readonly optionalOldSelf: boolean | undefined;
}

export function readSchema(json: Json | undefined): Schema {
  const source: JsonObject = isJsonObject(json) ? json : {};
  const flag = (name: string): boolean => source[name] === true;
  const schemas = (name: string): readonly Schema[] => objectsAt(source, name).map(readSchema);
  const schema = (name: string): Schema | undefined =>
    isJsonObject(source[name]) ? readSchema(source[name]) : undefined;
  const additional = source["additionalProperties"];
  return {
    type: stringAt(source, "type"),
    format: stringAt(source, "format"),
    nullable: flag("nullable"),
    default: source["default"],
    properties: readProperties(source["properties"]),
    additionalProperties: typeof additional === "boolean" ? additional : schema("additionalProperties"),
    items: schema("items"),
    intOrString: flag("x-kubernetes-int-or-string"),
    preserveUnknownFields: flag("x-kubernetes-preserve-unknown-fields"),
    embeddedResource: flag("x-kubernetes-embedded-resource"),
    listType: stringAt(source, "x-kubernetes-list-type"),
    listMapKeys: stringsAt(source, "x-kubernetes-list-map-keys"),
    mapType: stringAt(source, "x-kubernetes-map-type"),
    rules: objectsAt(source, "x-kubernetes-validations").map(readRule),

    required: stringsAt(source, "required"),
    enumeration: Array.isArray(source["enum"]) && source["enum"].length > 0 ? arrayAt(source, "enum") : undefined,
    pattern: stringAt(source, "pattern") || undefined,
    minLength: numberAt(source, "minLength"),
    maxLength: numberAt(source, "maxLength"),
    minimum: numberAt(source, "minimum"),
    maximum: numberAt(source, "maximum"),
    exclusiveMinimum: flag("exclusiveMinimum"),
    exclusiveMaximum: flag("exclusiveMaximum"),
    multipleOf: numberAt(source, "multipleOf"),
    minItems: numberAt(source, "minItems"),
    maxItems: numberAt(source, "maxItems"),
    uniqueItems: flag("uniqueItems"),
    minProperties: numberAt(source, "minProperties"),
    maxProperties: numberAt(source, "maxProperties"),
    allOf: schemas("allOf"),
    anyOf: schemas("anyOf"),
    oneOf: schemas("oneOf"),
    not: schema("not"),
  };
}

function readProperties(json: Json | undefined): ReadonlyMap<string, Schema> {
  if (!isJsonObject(json)) return new Map();
  return new Map(Object.entries(json).map(([name, property]) => [name, readSchema(property)]));
}

function readRule(source: JsonObject): ValidationRule {
  const optionalOldSelf = source["optionalOldSelf"];
  return {
    rule: stringAt(source, "rule"),
    message: stringAt(source, "message"),
    messageExpression: stringAt(source, "messageExpression"),
    reason: typeof source["reason"] === "string" ? source["reason"] : undefined,
    fieldPath: stringAt(source, "fieldPath"),
    optionalOldSelf: typeof optionalOldSelf === "boolean" ? optionalOldSelf : undefined,
  };
}

/** The schema of a field of an object, named or not. */
export function fieldSchema(schema: Schema, field: string): Schema | undefined {
  const named = schema.properties.get(field);
  if (named !== undefined) return named;
  return typeof schema.additionalProperties === "object" ? schema.additionalProperties : undefined;
}

/** The fields that every object has, whatever its schema says. */
export const RESOURCE_FIELDS: ReadonlySet<string> = new Set(["apiVersion", "kind", "metadata"]);
