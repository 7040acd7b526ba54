/** Values for a schema: such that should fit, and such that are nearly right. The validator has the last word on both. */
import { sample, stringMatching } from "fast-check";
import type { Random } from "./random.ts";
import type { Schema, Schemas } from "./schema.ts";

const DEEPEST = 6;
const WORDS = [
  "a",
  "word",
  "Ü 🙂",
  "x-1",
  "main",
  "https://git.example/team/app",
  "https://tools.example/mcp",
  "10Gi",
  "0",
];
const ODD = [null, true, -1, 1.5, 1e300, "", "\u0000", "../x", "a".repeat(300), [], {}, [null], { a: 1 }, "__proto__"];

export class Values {
  readonly #random: Random;
  readonly #schemas: Schemas;
  readonly #pools = new Map<string, readonly string[]>();

  constructor(random: Random, schemas: Schemas) {
    this.#random = random;
    this.#schemas = schemas;
  }

  /** One that fits, or undefined when none was found. */
  fitting(schema: Schema): { readonly value: unknown } | undefined {
    for (let attempt = 0; attempt < 40; attempt += 1) {
      const value = this.#make(schema, 0);
      if (this.#schemas.fits(schema, value)) return { value };
    }
    return undefined;
  }

  /** One that does not fit, mostly in one place alone; undefined when anything fits. */
  unfitting(schema: Schema): { readonly value: unknown } | undefined {
    for (let attempt = 0; attempt < 40; attempt += 1) {
      const value = this.#random.chance(0.15) ? this.odd() : this.#spoil(this.#make(schema, 0));
      if (!this.#schemas.fits(schema, value)) return { value };
    }
    return undefined;
  }

  odd(): unknown {
    return structuredClone(this.#random.pick(ODD));
  }

  #make(given: Schema, depth: number): unknown {
    const schema = this.#schemas.resolve(given);
    const random = this.#random;
    if (depth > DEEPEST) return random.pick(WORDS);
    if (schema.const !== undefined) return schema.const;
    if (schema.enum !== undefined) return random.pick(schema.enum);
    const choices = schema.type === undefined ? (schema.anyOf ?? schema.oneOf) : undefined;
    if (choices !== undefined) return this.#make(random.pick(choices), depth + 1);
    const type = typeof schema.type === "object" ? random.pick(schema.type) : schema.type;
    switch (type) {
      case "string":
        return this.#text(schema);
      case "integer":
        return this.#number(schema, (least, most) => random.between(Math.ceil(least), Math.floor(most)));
      case "number":
        return this.#number(schema, (least, most) => least + random.next() * (most - least));
      case "boolean":
        return random.chance(0.5);
      case "null":
        return null;
      case "array":
        return this.#array(schema, depth);
      case "object":
        return this.#object(schema, depth);
      default:
        return schema.properties === undefined
          ? random.pick([...WORDS, 1, null, { a: [1] }])
          : this.#object(schema, depth);
    }
  }

  #object(schema: Schema, depth: number): Record<string, unknown> {
    const { properties = {}, required = [], additionalProperties, propertyNames } = schema;
    const needed = this.#random.pick([schema, ...(schema.anyOf ?? [])]).required ?? [];
    const made: Record<string, unknown> = {};
    for (const [name, field] of Object.entries(properties)) {
      const wanted = required.includes(name) || needed.includes(name) || this.#random.chance(depth === 0 ? 0.25 : 0.4);
      if (wanted) made[name] = this.#make(field, depth + 1);
    }
    if (Object.keys(properties).length === 0 && typeof additionalProperties === "object") {
      for (let count = this.#random.between(0, 2); count > 0; count -= 1) {
        const name = propertyNames === undefined ? this.#random.pick(WORDS) : this.#make(propertyNames, depth + 1);
        made[String(name)] = this.#make(additionalProperties, depth + 1);
      }
    }
    return made;
  }

  #array({ items = {}, minItems = 0, maxItems = 100 }: Schema, depth: number): unknown[] {
    const length = this.#random.between(minItems, Math.min(maxItems, minItems + 2));
    return Array.from({ length }, () => this.#make(items, depth + 1));
  }

  #number({ minimum = -1000, maximum }: Schema, between: (least: number, most: number) => number): number {
    const most = maximum ?? minimum + 1_000_000;
    const edges = [minimum, most].filter((edge) => Math.abs(edge) <= Number.MAX_SAFE_INTEGER);
    if (edges.length > 0 && this.#random.chance(0.2)) return this.#random.pick(edges);
    return between(minimum, Math.min(most, minimum + 1_000_000));
  }

  #text(schema: Schema): string {
    const { minLength = 0, maxLength = 60 } = schema;
    const patterns = [schema.pattern, ...(schema.allOf ?? []).map(({ pattern }) => pattern)];
    const pattern = patterns.find((candidate) => candidate !== undefined);
    if (pattern !== undefined) return this.#random.pick(this.#pool(pattern));
    const length = this.#random.pick([minLength, maxLength, this.#random.between(minLength, maxLength)]);
    if (this.#random.chance(0.5)) return this.#random.pick(WORDS);
    return Array.from({ length: Math.min(length, 300) }, () =>
      this.#random.pick(["a", "B", "7", " ", "-", "ü", "'", "%"]),
    ).join("");
  }

  /** Texts of a pattern. What it forbids by looking ahead is left to the validator. */
  #pool(pattern: string): readonly string[] {
    let pool = this.#pools.get(pattern);
    if (pool === undefined) {
      const seed = this.#random.between(0, 1_000_000);
      pool = [...WORDS];
      try {
        pool = sample(stringMatching(new RegExp(withoutLookaheads(pattern), "u"), { size: "small" }), {
          numRuns: 60,
          seed,
        });
      } catch {
        // An expression that cannot be turned round: words have to do.
      }
      this.#pools.set(pattern, pool);
    }
    return pool;
  }

  /** The value with one fault somewhere. */
  #spoil(value: unknown): unknown {
    const random = this.#random;
    if (Array.isArray(value) && value.length > 0 && random.chance(0.7)) {
      const index = random.between(0, value.length - 1);
      return value.map((item: unknown, at) => (at === index ? this.#spoil(item) : item));
    }
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      const names = Object.keys(value);
      const kind = names.length === 0 ? "extra" : random.pick(["extra", "missing", "spoilt", "spoilt", "spoilt"]);
      if (kind === "extra") return { ...value, [random.pick(["extra", "Name", "constructor_"])]: this.odd() };
      const name = random.pick(names);
      const field = (value as Record<string, unknown>)[name];
      const rest = Object.fromEntries(Object.entries(value).filter(([key]) => key !== name));
      return kind === "missing" ? rest : { ...rest, [name]: this.#spoil(field) };
    }
    if (typeof value === "string" && random.chance(0.5))
      return random.pick([`${value}\u0000`, `${value} `, value.repeat(400), "", ` ${value}`]);
    if (typeof value === "number" && random.chance(0.5))
      return random.pick([-value - 1, value + 0.5, value * 1e9, String(value)]);
    return this.odd();
  }
}

function withoutLookaheads(pattern: string): string {
  const start = pattern.indexOf("(?!");
  if (start === -1) return pattern;
  let depth = 0;
  let end = start;
  for (; end < pattern.length; end += 1) {
    if (pattern[end] === "\\") end += 1;
    else if (pattern[end] === "(") depth += 1;
    else if (pattern[end] === ")" && (depth -= 1) === 0) break;
  }
  return withoutLookaheads(pattern.slice(0, start) + pattern.slice(end + 1));
}
