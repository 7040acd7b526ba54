/**
 * Request bodies from resource schemas: unknown fields are refused at every depth, and nothing is defaulted, because
 * the custom resource's own schema defaults what is left out and a merge patch must not write what it does not name.
 */
import { z } from "zod";

/** A copy of `schema` that refuses unknown fields and leaves absent fields absent. Descriptions are kept. */
export function strictDeep(schema: z.core.$ZodType): z.ZodType {
  const strict = rebuild(schema);
  const description = z.globalRegistry.get(schema)?.description;
  return description === undefined ? strict : strict.describe(description);
}

function rebuild(schema: z.core.$ZodType): z.ZodType {
  if (schema instanceof z.ZodObject) {
    return z.strictObject(
      Object.fromEntries(
        Object.entries(schema.shape).map(([name, field]) => [name, strictDeep(field as z.core.$ZodType)]),
      ),
    );
  }
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) {
    return strictDeep(schema.def.innerType).optional();
  }
  if (schema instanceof z.ZodArray) return schema.clone({ ...schema.def, element: strictDeep(schema.element) });
  if (schema instanceof z.ZodRecord) return schema.clone({ ...schema.def, valueType: strictDeep(schema.valueType) });
  if (schema instanceof z.ZodType) return schema.clone();
  throw new TypeError("a request schema must be a classic zod schema");
}

type Written<T> = T extends readonly (infer E)[]
  ? Written<E>[]
  : T extends object
    ? { [K in keyof T]: Written<T[K]> }
    : T;

type Field<T> = z.ZodType<Written<T>, Written<T>>;

type StrictFields<T> = {
  [K in keyof T]-?: undefined extends T[K] ? z.ZodOptional<Field<Exclude<T[K], undefined>>> : Field<T[K]>;
};

/** {@link strictDeep} for the fields of an object, with their types as a caller writes them. */
export function strictFields<S extends z.ZodObject>(schema: S): StrictFields<z.input<S>> {
  const strict = strictDeep(schema);
  if (!(strict instanceof z.ZodObject)) throw new TypeError("not an object schema");
  return strict.shape as never;
}
