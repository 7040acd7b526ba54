/** Values for a JSON Schema of the API's description: mostly such that fit it, so that requests get past the first check. */
import {
  array,
  boolean,
  constant,
  constantFrom,
  dictionary,
  double,
  integer,
  jsonValue,
  oneof,
  record,
  string,
  stringMatching,
  type Arbitrary,
} from "fast-check";

export interface Schema {
  readonly $ref?: string | undefined;
  readonly type?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[] | undefined;
  readonly anyOf?: readonly Schema[] | undefined;
  readonly oneOf?: readonly Schema[] | undefined;
  readonly items?: Schema | undefined;
  readonly properties?: Readonly<Record<string, Schema>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly additionalProperties?: boolean | Schema | undefined;
  readonly pattern?: string | undefined;
  readonly minLength?: number | undefined;
  readonly maxLength?: number | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
}

export type Schemas = Readonly<Record<string, Schema>>;

const DEEPEST = 5;

export function valueOf(schema: Schema, schemas: Schemas, depth = 0): Arbitrary<unknown> {
  if (depth > DEEPEST) return jsonValue({ maxDepth: 1 });
  const inner = (part: Schema): Arbitrary<unknown> => valueOf(part, schemas, depth + 1);
  if (schema.$ref !== undefined) return inner(schemas[schema.$ref.split("/").at(-1) ?? ""] ?? {});
  if ("const" in schema && schema.const !== undefined) return constant(schema.const);
  if (schema.enum !== undefined) return constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return oneof(...choices.map(inner));
  switch (schema.type) {
    case "string":
      return text(schema);
    case "integer":
      return integer({ min: clamp(schema.minimum ?? -10), max: clamp(schema.maximum ?? 1_000_000) });
    case "number":
      return double({ min: schema.minimum ?? -10, max: schema.maximum ?? 1000, noNaN: true });
    case "boolean":
      return boolean();
    case "null":
      return constant(null);
    case "array":
      return array(inner(schema.items ?? {}), { maxLength: 3 });
    case "object":
      return object(schema, inner);
    default:
      return jsonValue({ maxDepth: 2 });
  }
}

function object(
  { properties = {}, required = [], additionalProperties }: Schema,
  inner: (part: Schema) => Arbitrary<unknown>,
): Arbitrary<unknown> {
  const fields = Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, inner(field)]));
  if (Object.keys(fields).length > 0) return record(fields, { requiredKeys: [...required] });
  const values = typeof additionalProperties === "object" ? inner(additionalProperties) : jsonValue({ maxDepth: 1 });
  return dictionary(stringMatching(/^[A-Za-z][A-Za-z0-9_.-]{0,20}$/), values, { maxKeys: 3 });
}

function text({ pattern, minLength = 0, maxLength = 60 }: Schema): Arbitrary<string> {
  const longest = Math.min(maxLength, 200);
  if (pattern === undefined) return string({ minLength, maxLength: longest });
  // Not every expression can be turned round; those that cannot are tried with words.
  try {
    return stringMatching(new RegExp(pattern)).map((value) => value.slice(0, longest));
  } catch {
    return constantFrom("word", "https://git.example/team/app", "10Gi", "main");
  }
}

function clamp(value: number): number {
  return Math.max(-2_147_483_648, Math.min(2_147_483_647, value));
}
