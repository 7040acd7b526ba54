// CEL's static types, and whether a value of one may stand where another is asked for.
import { type CelValue, CelDuration, CelOpaque, CelOptional, CelTimestamp, CelTypeValue, CelUint } from "./values.ts";
import { isList, isMap } from "./values.ts";

export type CelType =
  | { readonly kind: PrimitiveKind }
  | { readonly kind: "list"; readonly element: CelType }
  | { readonly kind: "map"; readonly key: CelType; readonly value: CelType }
  /** An object with known fields. Fields are named as an expression writes them (escaped). */
  | { readonly kind: "object"; readonly name: string; readonly fields: ReadonlyMap<string, CelType> }
  | { readonly kind: "optional"; readonly element: CelType }
  | { readonly kind: "opaque"; readonly name: string }
  /** A type parameter in the declaration of a function. */
  | { readonly kind: "parameter"; readonly name: string }
  /** A type parameter under inference. */
  | { readonly kind: "variable"; readonly id: number };

type PrimitiveKind =
  | "dyn"
  | "null"
  | "bool"
  | "int"
  | "uint"
  | "double"
  | "string"
  | "bytes"
  | "timestamp"
  | "duration"
  | "type";

export const DYN: CelType = { kind: "dyn" };
export const NULL: CelType = { kind: "null" };
export const BOOL: CelType = { kind: "bool" };
export const INT: CelType = { kind: "int" };
export const UINT: CelType = { kind: "uint" };
export const DOUBLE: CelType = { kind: "double" };
export const STRING: CelType = { kind: "string" };
export const BYTES: CelType = { kind: "bytes" };
export const TIMESTAMP: CelType = { kind: "timestamp" };
export const DURATION: CelType = { kind: "duration" };
export const TYPE: CelType = { kind: "type" };

export const listOf = (element: CelType): CelType => ({ kind: "list", element });
export const mapOf = (key: CelType, value: CelType): CelType => ({ kind: "map", key, value });
export const optionalOf = (element: CelType): CelType => ({ kind: "optional", element });
export const opaque = (name: string): CelType => ({ kind: "opaque", name });
export const parameter = (name: string): CelType => ({ kind: "parameter", name });
export const objectType = (name: string, fields: Readonly<Record<string, CelType>>): CelType => ({
  kind: "object",
  name,
  fields: new Map(Object.entries(fields)),
});

/** The name that cel-go's messages use. */
export function formatType(type: CelType): string {
  switch (type.kind) {
    case "list":
      return `list(${formatType(type.element)})`;
    case "map":
      return `map(${formatType(type.key)}, ${formatType(type.value)})`;
    case "object":
    case "opaque":
    case "parameter":
      return type.name;
    case "optional":
      return `optional_type(${formatType(type.element)})`;
    case "variable":
      return `_var${type.id}`;
    case "timestamp":
      return "google.protobuf.Timestamp";
    case "duration":
      return "google.protobuf.Duration";
    default:
      return type.kind;
  }
}

/** Does a value look like this type? Looks at the outside only: elements are checked when they are used. */
export function valueMatches(value: CelValue, type: CelType): boolean {
  switch (type.kind) {
    case "dyn":
    case "parameter":
    case "variable":
      return true;
    case "null":
      return value === null;
    case "bool":
      return typeof value === "boolean";
    case "int":
      return typeof value === "bigint";
    case "uint":
      return value instanceof CelUint;
    case "double":
      return typeof value === "number";
    case "string":
      return typeof value === "string";
    case "bytes":
      return value instanceof Uint8Array;
    case "timestamp":
      return value instanceof CelTimestamp;
    case "duration":
      return value instanceof CelDuration;
    case "type":
      return value instanceof CelTypeValue;
    case "list":
      return isList(value);
    case "map":
    case "object":
      return isMap(value);
    case "optional":
      return value instanceof CelOptional;
    case "opaque":
      return value instanceof CelOpaque && value.typeName === type.name;
  }
}
