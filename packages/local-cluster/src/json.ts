// JSON as data: the types of parsed documents and the few readers that the API needs to walk them without casts.

export type Json = string | number | boolean | null | Json[] | JsonObject;

export interface JsonObject {
  [field: string]: Json | undefined;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value at a path of fields, or undefined when any step is missing. */
export function valueAt(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  let current: Json | undefined = value;
  for (const field of path) {
    if (!isJsonObject(current)) return undefined;
    current = Object.hasOwn(current, field) ? current[field] : undefined;
  }
  return current;
}

export function stringAt(value: Json | undefined, ...path: readonly string[]): string {
  const found = valueAt(value, ...path);
  return typeof found === "string" ? found : "";
}

export function numberAt(value: Json | undefined, ...path: readonly string[]): number | undefined {
  const found = valueAt(value, ...path);
  return typeof found === "number" ? found : undefined;
}

export function arrayAt(value: Json | undefined, ...path: readonly string[]): readonly Json[] {
  const found = valueAt(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** The objects of an array field; anything else in it is left out. */
export function objectsAt(value: Json | undefined, ...path: readonly string[]): readonly JsonObject[] {
  return arrayAt(value, ...path).filter(isJsonObject);
}

export function stringsAt(value: Json | undefined, ...path: readonly string[]): readonly string[] {
  return arrayAt(value, ...path).filter((item) => typeof item === "string");
}

/** A map of strings, such as labels; values of other types are left out. */
export function stringMapAt(value: Json | undefined, ...path: readonly string[]): Record<string, string> {
  const found = valueAt(value, ...path);
  const result: Record<string, string> = {};
  if (!isJsonObject(found)) return result;
  for (const [key, item] of Object.entries(found)) if (typeof item === "string") result[key] = item;
  return result;
}

/** The object in a field, put there when it is missing (or null), for writers that fill defaults in. */
export function ensureObject(parent: JsonObject, field: string): JsonObject {
  const existing = parent[field];
  if (isJsonObject(existing)) return existing;
  const created: JsonObject = {};
  parent[field] = created;
  return created;
}

export function cloneJson<T extends Json | undefined>(value: T): T;
export function cloneJson(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) return value.map((item) => cloneJson(item));
  if (!isJsonObject(value)) return value;
  const copy: JsonObject = {};
  for (const [key, item] of Object.entries(value)) defineField(copy, key, cloneJson(item));
  return copy;
}

/** Sets a field also when it is called `__proto__`, which plain assignment would take for the prototype. */
export function defineField(target: JsonObject, field: string, value: Json | undefined): void {
  if (field === "__proto__")
    Object.defineProperty(target, field, { value, enumerable: true, configurable: true, writable: true });
  else target[field] = value;
}

/** Structural equality. Fields that are undefined count as absent, as JSON text would have it. */
export function equalJson(left: Json | undefined, right: Json | undefined): boolean {
  if (left === right) return true;
  if (Array.isArray(left)) {
    if (!Array.isArray(right) || left.length !== right.length) return false;
    return left.every((item, index) => equalJson(item, right[index]));
  }
  if (!isJsonObject(left) || !isJsonObject(right)) return false;
  let fields = 0;
  for (const key in left) {
    if (left[key] === undefined) continue;
    fields++;
    if (!Object.hasOwn(right, key) || !equalJson(left[key], right[key])) return false;
  }
  for (const key in right) if (right[key] !== undefined) fields--;
  return fields === 0;
}

export function parseJson(text: string): Json {
  return JSON.parse(text) as Json;
}
