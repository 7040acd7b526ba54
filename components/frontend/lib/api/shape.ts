/**
 * Reads answers of our own backend into the types that the contracts declare. The contracts' schemas do the same with a
 * library that weighs more than everything else the session page checks with; here the compiler holds the two together:
 * an object's reader must name every field of its type, say which may be absent, and list every word of an enumeration.
 */

/** What {@link import("./request.ts").request} wants of a schema: one of these, or one of the contracts'. */
export interface Shape<T> {
  readonly safeParse: (value: unknown) => Checked<T>;
}

export type Checked<T> =
  | { readonly success: true; readonly data: T }
  | { readonly success: false; readonly error: unknown };

/** Gives the value, or throws. */
export type Read<T> = (value: unknown) => T;

/** A field that may be absent; absent stays absent. */
export interface Optional<T> {
  readonly optional: Read<T>;
}

type Known<T> = { [K in keyof T as string extends K ? never : K]: T[K] };

/** A reader for every field that the type names, marked as optional exactly where the type says so. */
export type Fields<T> = {
  readonly [K in keyof Known<T>]-?: object extends Pick<Known<T>, K>
    ? Optional<Exclude<Known<T>[K], undefined>>
    : Read<Known<T>[K]>;
};

export function shape<T>(read: Read<T>): Shape<T> {
  return {
    safeParse(value) {
      try {
        return { success: true, data: read(value) };
      } catch (error) {
        return { success: false, error };
      }
    },
  };
}

function fail(expected: string, value: unknown): never {
  throw new TypeError(`expected ${expected}, found ${value === null ? "null" : typeof value}`);
}

export const text: Read<string> = (value) => (typeof value === "string" ? value : fail("a text", value));
export const number: Read<number> = (value) =>
  typeof value === "number" && Number.isFinite(value) ? value : fail("a number", value);
export const flag: Read<boolean> = (value) => (typeof value === "boolean" ? value : fail("true or false", value));
export const anything: Read<unknown> = (value) => value;

/** One of some words; the table makes the compiler ask for all of them. */
export function oneOf<T extends string>(words: Readonly<Record<T, true>>): Read<T> {
  return (value) =>
    typeof value === "string" && Object.hasOwn(words, value)
      ? (value as T)
      : fail(Object.keys(words).join(" or "), value);
}

export function list<T>(item: Read<T>): Read<T[]> {
  return (value) => (Array.isArray(value) ? value.map((each) => item(each)) : fail("a list", value));
}

export function map<T>(item: Read<T>): Read<Record<string, T>> {
  return (value) => Object.fromEntries(Object.entries(fieldsOf(value)).map(([name, each]) => [name, item(each)]));
}

export function nullable<T>(read: Read<T>): Read<T | null> {
  return (value) => (value === null ? null : read(value));
}

export function optional<T>(read: Read<T>): Optional<T> {
  return { optional: read };
}

/** What stands in for an absent value; made anew each time, so that nobody shares it. */
export function or<T>(read: Read<T>, otherwise: () => T): Read<T> {
  return (value) => (value === undefined ? otherwise() : read(value));
}

/** One of several objects, told apart by their `type`. */
export function variants<T extends { readonly type: string }>(readers: Readonly<Record<T["type"], Read<T>>>): Read<T> {
  const known: Readonly<Record<string, Read<T>>> = readers;
  return (value) => {
    const type = text(fieldsOf(value)["type"]);
    const read = Object.hasOwn(known, type) ? known[type] : undefined;
    return read === undefined ? fail(Object.keys(known).join(" or "), type) : read(value);
  };
}

/** Fields that the type does not name are left out. */
export function object<T extends object>(fields: Fields<T>): Read<T> {
  const readers = Object.entries<Read<unknown> | Optional<unknown>>(fields);
  return (value) => {
    const found = fieldsOf(value);
    const result: Record<string, unknown> = {};
    for (const [name, field] of readers) {
      const given = found[name];
      if (typeof field === "function") result[name] = within(name, field, given);
      else if (given !== undefined) result[name] = within(name, field.optional, given);
    }
    // The readers are those of T's fields, each and all: see Fields.
    return result as T;
  };
}

function within(name: string, read: Read<unknown>, value: unknown): unknown {
  try {
    return read(value);
  } catch (error) {
    throw new TypeError(`${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : fail("an object", value);
}
