// The built-in types, from a generated table: what decoding, pruning, merging and OpenAPI all work from.
import table from "./built-in-types.gen.json" with { type: "json" };

export type Scalar =
  | "string"
  | "int32"
  | "int64"
  | "double"
  | "bool"
  | "bytes"
  | "time"
  | "microtime"
  | "duration"
  | "quantity"
  | "int-or-string"
  | "string-list"
  | "raw";

export interface FieldType {
  readonly name: string;
  /** Its number on the wire. */
  readonly number: number;
  readonly shape: "one" | "list" | "map";
  /** What it holds, or each item of it: a scalar, or the name of a type. */
  readonly element:
    | { readonly kind: "scalar"; readonly scalar: Scalar }
    | { readonly kind: "type"; readonly type: string };
  /** Its fields appear in the JSON of the type around it. */
  readonly embedded: boolean;
  readonly required: boolean;
  /** Strategic merge patch: `merge`, `replace`, `retainKeys`. */
  readonly patch: readonly string[];
  readonly mergeKey: string | undefined;
  /** Server-side apply. */
  readonly listType: "atomic" | "set" | "map";
  readonly listKeys: readonly string[];
}

export interface BuiltInType {
  readonly name: string;
  /** As on the wire. */
  readonly wire: ReadonlyMap<number, FieldType>;
  /** As in JSON, with the fields of embedded types in place. */
  readonly fields: ReadonlyMap<string, FieldType>;
}

interface FieldOptions {
  readonly embedded?: boolean;
  readonly required?: boolean;
  readonly patch?: string;
  readonly mergeKey?: string;
  readonly list?: string;
  readonly keys?: readonly string[];
}

type FieldRow = readonly [number, string, FieldOptions?];

const rows = table as unknown as Readonly<Record<string, Readonly<Record<string, FieldRow>>>>;
const parsed = new Map<string, BuiltInType>();

export function builtInType(name: string): BuiltInType | undefined {
  const known = parsed.get(name);
  if (known !== undefined) return known;
  const row = Object.hasOwn(rows, name) ? rows[name] : undefined;
  if (row === undefined) return undefined;
  const wire = new Map<number, FieldType>();
  const fields = new Map<string, FieldType>();
  for (const [fieldName, fieldRow] of Object.entries(row)) {
    const field = parseField(fieldName, fieldRow);
    wire.set(field.number, field);
    if (!field.embedded) fields.set(fieldName, field);
    else if (field.element.kind === "type")
      for (const inner of builtInType(field.element.type)?.fields.values() ?? []) fields.set(inner.name, inner);
  }
  const type: BuiltInType = { name, wire, fields };
  parsed.set(name, type);
  return type;
}

export function typeNames(): readonly string[] {
  return Object.keys(rows);
}

/** The name in this table of a kind: `rbac.v1.Role` for rbac.authorization.k8s.io/v1 Role. */
export function typeNameOf(group: string, version: string, kind: string): string {
  return `${group === "" ? "core" : (group.split(".", 1)[0] ?? "")}.${version}.${kind}`;
}

function parseField(name: string, [number, text, options = {}]: FieldRow): FieldType {
  const shape = text.startsWith("[]") ? "list" : text.startsWith("{}") ? "map" : "one";
  const inner = shape === "one" ? text : text.slice(2);
  const element = inner.startsWith("@")
    ? ({ kind: "type", type: inner.slice(1) } as const)
    : ({ kind: "scalar", scalar: inner as Scalar } as const);
  const patch = options.patch?.split(",") ?? [];
  const merges = patch.includes("merge");
  const keyed = options.list === "map" || (options.list === undefined && merges && options.mergeKey !== undefined);
  const asSet = options.list === "set" || (options.list === undefined && merges && element.kind === "scalar");
  return {
    name,
    number,
    shape,
    element,
    embedded: options.embedded === true,
    required: options.required === true,
    patch,
    mergeKey: options.mergeKey,
    listType: keyed ? "map" : asSet ? "set" : "atomic",
    listKeys: options.keys ?? (options.mergeKey === undefined ? [] : [options.mergeKey]),
  };
}
