// Schemas of the served types: the built-in ones from the type table, custom ones from their definitions.
import { builtInType, typeNameOf, type FieldType, type Scalar } from "../../builtin-types/type-table.ts";
import { isJsonObject, type Json, type JsonObject } from "../../json.ts";
import type { ResourceDefinition } from "../../resources/definition.ts";

export const OBJECT_META = "meta.v1.ObjectMeta";

/** `core.v1.Pod` → `io.k8s.api.core.v1.Pod`; custom kinds by their reversed group: `dev.pilothouse.v1alpha1.Project`. */
export function schemaName(typeName: string): string {
  return typeName.startsWith("meta.") ? `io.k8s.apimachinery.pkg.apis.${typeName}` : `io.k8s.api.${typeName}`;
}

export function kindSchemaName(definition: ResourceDefinition): string {
  const { group, version, kind } = definition;
  const typeName = typeNameOf(group, version, kind);
  if (builtInType(typeName) !== undefined) return schemaName(typeName);
  return `${group.split(".").toReversed().join(".")}.${version}.${kind}`;
}

export function gvk(definition: ResourceDefinition): JsonObject {
  return { group: definition.group, kind: definition.kind, version: definition.version };
}

export type Reference = (schema: string) => JsonObject;

const SCALARS: Readonly<Record<Scalar, JsonObject>> = {
  string: { type: "string" },
  int32: { type: "integer", format: "int32" },
  int64: { type: "integer", format: "int64" },
  double: { type: "number", format: "double" },
  bool: { type: "boolean" },
  bytes: { type: "string", format: "byte" },
  time: { type: "string", format: "date-time" },
  microtime: { type: "string", format: "date-time" },
  duration: { type: "string" },
  quantity: { type: "string" },
  "int-or-string": { type: "string", format: "int-or-string" },
  "string-list": { type: "array", items: { type: "string" } },
  raw: { type: "object" },
};

const TYPE_META: JsonObject = { apiVersion: { type: "string" }, kind: { type: "string" } };

/** Adds the schema of a built-in type, and of all that it reaches, to `schemas`. */
export function addBuiltInType(typeName: string, schemas: JsonObject, reference: Reference): void {
  const name = schemaName(typeName);
  const type = builtInType(typeName);
  if (type === undefined || schemas[name] !== undefined) return;
  const properties: JsonObject = {};
  const schema: JsonObject = { type: "object", properties };
  schemas[name] = schema;
  const required: string[] = [];
  for (const field of type.fields.values()) {
    properties[field.name] = fieldSchema(field, schemas, reference);
    if (field.required) required.push(field.name);
  }
  if (required.length > 0) schema["required"] = required;
}

function fieldSchema(field: FieldType, schemas: JsonObject, reference: Reference): JsonObject {
  const { element } = field;
  let inner: JsonObject;
  if (element.kind === "scalar") inner = SCALARS[element.scalar];
  else {
    addBuiltInType(element.type, schemas, reference);
    inner = reference(schemaName(element.type));
  }
  const merging: JsonObject = {
    ...(field.patch.length === 0 ? {} : { "x-kubernetes-patch-strategy": field.patch.join(",") }),
    ...(field.mergeKey === undefined ? {} : { "x-kubernetes-patch-merge-key": field.mergeKey }),
  };
  if (field.shape === "map") return { type: "object", additionalProperties: inner, ...merging };
  if (field.shape === "one") return { ...inner, ...merging };
  return {
    type: "array",
    items: inner,
    ...merging,
    "x-kubernetes-list-type": field.listType,
    ...(field.listType === "map" ? { "x-kubernetes-list-map-keys": [...field.listKeys] } : {}),
  };
}

/** The schema of a kind as a whole. `own` is the schema in a custom resource's definition. */
export function addKind(
  definition: ResourceDefinition,
  own: Json | undefined,
  schemas: JsonObject,
  reference: Reference,
): void {
  addBuiltInType(OBJECT_META, schemas, reference);
  const name = kindSchemaName(definition);
  addBuiltInType(typeNameOf(definition.group, definition.version, definition.kind), schemas, reference);
  const found = schemas[name];
  const base: JsonObject = isJsonObject(found) ? found : isJsonObject(own) ? { ...own } : { type: "object" };
  const properties = isJsonObject(base["properties"]) ? base["properties"] : {};
  schemas[name] = {
    ...base,
    properties: { ...properties, ...TYPE_META, metadata: reference(schemaName(OBJECT_META)) },
    "x-kubernetes-group-version-kind": [gvk(definition)],
  };
  if (!definition.verbs.includes("list")) return;
  schemas[`${name}List`] = {
    type: "object",
    required: ["items"],
    properties: { ...TYPE_META, items: { type: "array", items: reference(name) }, metadata: { type: "object" } },
    "x-kubernetes-group-version-kind": [{ ...gvk(definition), kind: definition.listKind }],
  };
}
