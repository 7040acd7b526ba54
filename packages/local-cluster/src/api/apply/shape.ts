// How a value merges under server-side apply: field by field, item by item, or all at once. Read from the built-in type
// table or from a custom resource's schema.
import { builtInType, typeNameOf, type FieldType } from "../../builtin-types/type-table.ts";
import { isJsonObject, stringAt, stringsAt, type Json, type JsonObject } from "../../json.ts";
import type { ResourceDefinition } from "../../resources/definition.ts";

export type Shape =
  | { readonly kind: "atomic" }
  | { readonly kind: "fields"; readonly field: (name: string) => Shape }
  | { readonly kind: "set" }
  | { readonly kind: "keyed"; readonly keys: readonly string[]; readonly item: Shape };

export const ATOMIC: Shape = { kind: "atomic" };

/** Where nothing is known: objects by field, lists at once. */
const UNKNOWN: Shape = { kind: "fields", field: () => UNKNOWN };

export function shapeOf(definition: ResourceDefinition, customSchema: Json | undefined): Shape {
  const metadata = typeShape("meta.v1.ObjectMeta");
  const typeName = typeNameOf(definition.group, definition.version, definition.kind);
  const whole = builtInType(typeName) === undefined ? schemaShape(customSchema) : typeShape(typeName);
  const inner = whole.kind === "fields" ? whole.field : () => UNKNOWN;
  return { kind: "fields", field: (name) => (name === "metadata" ? metadata : inner(name)) };
}

const typeShapes = new Map<string, Shape>();

function typeShape(typeName: string): Shape {
  let shape = typeShapes.get(typeName);
  if (shape === undefined) {
    const fields = builtInType(typeName)?.fields;
    shape = {
      kind: "fields",
      field: (name) => {
        const field = fields?.get(name);
        return field === undefined ? UNKNOWN : fieldShape(field);
      },
    };
    typeShapes.set(typeName, shape);
  }
  return shape;
}

function fieldShape(field: FieldType): Shape {
  const element: Shape = field.element.kind === "type" ? typeShape(field.element.type) : ATOMIC;
  if (field.shape === "one") return element;
  if (field.shape === "map") return { kind: "fields", field: () => element };
  if (field.listType === "set") return { kind: "set" };
  return field.listType === "map" ? { kind: "keyed", keys: field.listKeys, item: element } : ATOMIC;
}

function schemaShape(schema: Json | undefined): Shape {
  if (!isJsonObject(schema)) return UNKNOWN;
  if (schema["x-kubernetes-map-type"] === "atomic") return ATOMIC;
  if (schema["type"] === "array" || schema["items"] !== undefined) {
    const listType = stringAt(schema, "x-kubernetes-list-type");
    if (listType === "set") return { kind: "set" };
    if (listType !== "map") return ATOMIC;
    return { kind: "keyed", keys: stringsAt(schema, "x-kubernetes-list-map-keys"), item: schemaShape(schema["items"]) };
  }
  const properties = schema["properties"];
  const additional = schema["additionalProperties"];
  return {
    kind: "fields",
    field: (name) => {
      if (isJsonObject(properties) && Object.hasOwn(properties, name)) return schemaShape(properties[name]);
      return schemaShape(additional);
    },
  };
}

/** The values of an item's keys, by which it is known in its list. */
export function keyOf(item: JsonObject, keys: readonly string[]): JsonObject {
  const key: JsonObject = {};
  for (const name of keys.toSorted()) {
    // Kubernetes' one key with a default: a port without a protocol is a TCP port.
    const value = item[name] ?? (name === "protocol" ? "TCP" : undefined);
    if (value !== undefined) key[name] = value;
  }
  return key;
}
