// Sets of fields, as `managedFields` writes them: a tree of path elements (`f:name`, `k:{…}`, `v:…`).
import { isJsonObject, objectsAt, type Json, type JsonObject } from "../../json.ts";
import { keyOf, type Shape } from "./shape.ts";

export class FieldSet {
  /** Whether the path that leads here is itself in the set. */
  member = false;
  readonly children = new Map<string, FieldSet>();

  static parse(fields: Json | undefined): FieldSet {
    const set = new FieldSet();
    if (!isJsonObject(fields)) return set;
    const entries = Object.entries(fields);
    for (const [element, inner] of entries)
      if (element === ".") set.member = true;
      else set.children.set(element, FieldSet.#parseChild(inner));
    return set;
  }

  static #parseChild(fields: Json | undefined): FieldSet {
    const set = FieldSet.parse(fields);
    if (set.children.size === 0) set.member = true;
    return set;
  }

  toFields(): JsonObject {
    const fields: JsonObject = {};
    if (this.member && this.children.size > 0) fields["."] = {};
    for (const element of [...this.children.keys()].sort()) fields[element] = this.children.get(element)?.toFields();
    return fields;
  }

  get empty(): boolean {
    return !this.member && this.children.size === 0;
  }

  child(element: string): FieldSet {
    let child = this.children.get(element);
    if (child === undefined) {
      child = new FieldSet();
      this.children.set(element, child);
    }
    return child;
  }

  has(path: readonly string[]): boolean {
    const [first, ...rest] = path;
    if (first === undefined) return this.member;
    return this.children.get(first)?.has(rest) ?? false;
  }

  add(path: readonly string[]): void {
    const [first, ...rest] = path;
    if (first === undefined) this.member = true;
    else this.child(first).add(rest);
  }

  delete(path: readonly string[]): void {
    const [first, ...rest] = path;
    if (first === undefined) {
      this.member = false;
      return;
    }
    const child = this.children.get(first);
    if (child === undefined) return;
    child.delete(rest);
    if (child.empty) this.children.delete(first);
  }

  *paths(prefix: readonly string[] = []): Generator<readonly string[]> {
    if (this.member) yield prefix;
    for (const [element, child] of this.children) yield* child.paths([...prefix, element]);
  }
}

/** What the server or the URL decides belongs to nobody. */
const UNMANAGED = new Set(["apiVersion", "kind"]);
const UNMANAGED_METADATA = new Set([
  "creationTimestamp",
  "deletionGracePeriodSeconds",
  "deletionTimestamp",
  "generation",
  "managedFields",
  "name",
  "namespace",
  "resourceVersion",
  "selfLink",
  "uid",
]);

/** The fields that a document sets. */
export function fieldsOf(object: JsonObject, shape: Shape): FieldSet {
  const set = new FieldSet();
  for (const [name, value] of Object.entries(object)) {
    if (UNMANAGED.has(name) || value === undefined) continue;
    if (name !== "metadata" || !isJsonObject(value)) collect(value, childShape(shape, name), set.child(`f:${name}`));
    else
      for (const [field, inner] of Object.entries(value))
        if (!UNMANAGED_METADATA.has(field) && inner !== undefined)
          collect(inner, childShape(childShape(shape, "metadata"), field), set.child("f:metadata").child(`f:${field}`));
  }
  return set;
}

export function childShape(shape: Shape, name: string): Shape {
  return shape.kind === "fields" ? shape.field(name) : { kind: "atomic" };
}

function collect(value: Json, shape: Shape, set: FieldSet): void {
  if (shape.kind === "fields" && isJsonObject(value)) {
    const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
    if (entries.length === 0) set.member = true;
    for (const [name, inner] of entries) collect(inner ?? null, shape.field(name), set.child(`f:${name}`));
  } else if (shape.kind === "set" && Array.isArray(value)) {
    if (value.length === 0) set.member = true;
    for (const item of value) set.child(`v:${JSON.stringify(item)}`).member = true;
  } else if (shape.kind === "keyed" && Array.isArray(value)) {
    if (value.length === 0) set.member = true;
    for (const item of objectsAt(value)) {
      const inner = set.child(keyElement(item, shape.keys));
      inner.member = true;
      collect(item, shape.item, inner);
      inner.member = true;
    }
  } else set.member = true;
}

export function keyElement(item: JsonObject, keys: readonly string[]): string {
  return `k:${JSON.stringify(keyOf(item, keys))}`;
}

/** The value at a path, or undefined. */
export function valueAtPath(root: Json | undefined, path: readonly string[], shape: Shape): Json | undefined {
  let value = root;
  let current = shape;
  for (const element of path) {
    if (element.startsWith("f:")) {
      const name = element.slice(2);
      value = isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
      current = childShape(current, name);
    } else if (Array.isArray(value) && element.startsWith("v:")) {
      value = value.find((item) => `v:${JSON.stringify(item)}` === element);
    } else if (Array.isArray(value) && current.kind === "keyed") {
      const { keys, item } = current;
      value = objectsAt(value).find((each) => keyElement(each, keys) === element);
      current = item;
    } else return undefined;
  }
  return value;
}

/** `.spec.containers[name="main"].image` */
export function formatPath(path: readonly string[]): string {
  return path
    .map((element) => {
      if (element.startsWith("f:")) return `.${element.slice(2)}`;
      if (element.startsWith("v:")) return `[=${element.slice(2)}]`;
      const key = JSON.parse(element.slice(2)) as JsonObject;
      return `[${Object.entries(key)
        .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
        .join(",")}]`;
    })
    .join("");
}
