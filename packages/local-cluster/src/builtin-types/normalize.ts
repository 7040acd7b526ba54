// A document as the type that it claims to be: unknown fields dropped, nulls taken as absent, wrong types refused.
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { formatQuantity, parseQuantity } from "../quantity/index.ts";
import { builtInType, type BuiltInType, type FieldType, type Scalar } from "./type-table.ts";

export class TypeMismatch extends Error {
  constructor(path: string, found: Json, expected: string) {
    const what = Array.isArray(found)
      ? "array"
      : found === null
        ? "null"
        : typeof found === "boolean"
          ? "bool"
          : typeof found;
    super(`json: cannot unmarshal ${what} into Go struct field ${path} of type ${expected}`);
    this.name = "TypeMismatch";
  }
}

/** Changes the object in place and returns the paths of the fields that it dropped. Throws TypeMismatch. */
export function normalizeToType(object: JsonObject, typeName: string): readonly string[] {
  const type = builtInType(typeName);
  const unknown: string[] = [];
  if (type !== undefined) normalizeFields(object, type, "", unknown, true);
  return unknown;
}

function normalizeFields(object: JsonObject, type: BuiltInType, path: string, unknown: string[], top: boolean): void {
  for (const key of Object.keys(object)) {
    if (top && (key === "apiVersion" || key === "kind" || key === "metadata")) continue;
    const at = path === "" ? key : `${path}.${key}`;
    const field = type.fields.get(key);
    const value = object[key];
    if (field === undefined) {
      unknown.push(at);
      delete object[key];
    } else if (value === null || value === undefined) delete object[key];
    else object[key] = normalizeField(value, field, at, unknown);
  }
}

function normalizeField(value: Json, field: FieldType, path: string, unknown: string[]): Json {
  switch (field.shape) {
    case "one":
      return normalizeElement(value, field, path, unknown);
    case "list":
      if (!Array.isArray(value)) throw new TypeMismatch(path, value, "[]");
      return value.map((item, index) => normalizeElement(item, field, `${path}[${index}]`, unknown));
    case "map": {
      if (!isJsonObject(value)) throw new TypeMismatch(path, value, "map[string]");
      for (const [key, item] of Object.entries(value))
        if (item === null || item === undefined) value[key] = emptyElement(field);
        else value[key] = normalizeElement(item, field, `${path}.${key}`, unknown);
      return value;
    }
  }
}

function emptyElement(field: FieldType): Json {
  if (field.element.kind === "type") return {};
  return field.element.scalar === "string" || field.element.scalar === "bytes" ? "" : null;
}

function normalizeElement(value: Json, { element }: FieldType, path: string, unknown: string[]): Json {
  if (element.kind === "scalar") return normalizeScalar(value, element.scalar, path);
  if (value === null) return {};
  if (!isJsonObject(value)) throw new TypeMismatch(path, value, element.type);
  const type = builtInType(element.type);
  if (type !== undefined) normalizeFields(value, type, path, unknown, false);
  return value;
}

const INT32 = 2 ** 31;

function normalizeScalar(value: Json, scalar: Scalar, path: string): Json {
  switch (scalar) {
    case "string":
    case "bytes":
      if (typeof value !== "string") throw new TypeMismatch(path, value, "string");
      return value;
    case "bool":
      if (typeof value !== "boolean") throw new TypeMismatch(path, value, "bool");
      return value;
    case "int32":
    case "int64":
      if (!Number.isInteger(value)) throw new TypeMismatch(path, value, scalar);
      if (scalar === "int32" && typeof value === "number" && (value >= INT32 || value < -INT32))
        throw new TypeMismatch(path, value, scalar);
      return value;
    case "double":
      if (typeof value !== "number") throw new TypeMismatch(path, value, "float64");
      return value;
    case "time":
    case "microtime":
      if (typeof value !== "string" || Number.isNaN(Date.parse(value))) throw new TypeMismatch(path, value, "Time");
      return value;
    case "duration":
      if (typeof value !== "string") throw new TypeMismatch(path, value, "Duration");
      return value;
    case "quantity": {
      const quantity = typeof value === "string" || typeof value === "number" ? parseQuantity(value) : undefined;
      if (quantity === undefined) throw new TypeMismatch(path, value, "resource.Quantity");
      return formatQuantity(quantity);
    }
    case "int-or-string":
      if (typeof value !== "string" && !Number.isInteger(value))
        throw new TypeMismatch(path, value, "intstr.IntOrString");
      return value;
    case "string-list":
      if (!Array.isArray(value)) throw new TypeMismatch(path, value, "[]string");
      return value;
    case "raw":
      return value;
  }
}
