/** JSON Schema as an OpenAPI 3.1 document has it: whether a value fits, which an independent validator says. */
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";

export interface Schema {
  readonly $ref?: string | undefined;
  readonly type?: string | readonly string[] | undefined;
  readonly const?: unknown;
  readonly enum?: readonly unknown[] | undefined;
  readonly anyOf?: readonly Schema[] | undefined;
  readonly oneOf?: readonly Schema[] | undefined;
  readonly allOf?: readonly Schema[] | undefined;
  readonly items?: Schema | undefined;
  readonly properties?: Readonly<Record<string, Schema>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly additionalProperties?: boolean | Schema | undefined;
  readonly propertyNames?: Schema | undefined;
  readonly pattern?: string | undefined;
  readonly minLength?: number | undefined;
  readonly maxLength?: number | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly minItems?: number | undefined;
  readonly maxItems?: number | undefined;
  readonly default?: unknown;
}

export class Schemas {
  readonly #components: Readonly<Record<string, Schema>>;
  readonly #ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: false });
  readonly #compiled = new WeakMap<Schema, ValidateFunction>();

  constructor(components: Readonly<Record<string, Schema>>) {
    this.#components = components;
  }

  /** The schema itself, wherever it is described. */
  resolve(schema: Schema): Schema {
    if (schema.$ref === undefined) return schema;
    const found = this.#components[schema.$ref.split("/").at(-1) ?? ""];
    if (found === undefined) throw new TypeError(`${schema.$ref} is not in the document`);
    return this.resolve(found);
  }

  /** Why the value does not fit, or undefined when it does. */
  problem(schema: Schema, value: unknown): string | undefined {
    let validate = this.#compiled.get(schema);
    if (validate === undefined) {
      // References are written for the whole document.
      validate = this.#ajv.compile({ ...schema, components: { schemas: this.#components } });
      this.#compiled.set(schema, validate);
    }
    return validate(value) ? undefined : this.#ajv.errorsText(validate.errors);
  }

  fits(schema: Schema, value: unknown): boolean {
    return this.problem(schema, value) === undefined;
  }
}
