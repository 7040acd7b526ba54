// What rules see of an object: the CEL type that a schema stands for, and values converted to it. Fields that have no
// CEL type, or no name that CEL could write, do not exist for rules (as in Kubernetes).
import { readDuration, readTimestamp } from "../cel/library/time-format.ts";
import {
  BOOL,
  BYTES,
  CelDuration,
  celFromJson,
  CelTimestamp,
  type CelType,
  type CelValue,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  mapOf,
  objectType,
  STRING,
  TIMESTAMP,
} from "../cel/index.ts";
import { isJsonObject, type Json } from "../json.ts";
import { escapeName } from "./escape-name.ts";
import type { Schema } from "./schema.ts";

export interface RuleType {
  readonly type: CelType;
  convert(value: Json): CelValue;
}

const scalar = (type: CelType, convert: (value: Json) => CelValue = celFromJson): RuleType => ({ type, convert });

const text =
  (read: (value: string) => CelValue | undefined): ((value: Json) => CelValue) =>
  (value) =>
    (typeof value === "string" ? read(value) : undefined) ?? celFromJson(value);

const STRING_FORMATS: Readonly<Record<string, RuleType>> = {
  byte: scalar(
    BYTES,
    text((value) => new Uint8Array(Buffer.from(value, "base64"))),
  ),
  duration: scalar(
    DURATION,
    text((value) => {
      const nanoseconds = readDuration(value);
      return nanoseconds === undefined ? undefined : new CelDuration(nanoseconds);
    }),
  ),
  date: scalar(
    TIMESTAMP,
    text((value) => timestamp(`${value}T00:00:00Z`)),
  ),
  "date-time": scalar(TIMESTAMP, text(timestamp)),
};

function timestamp(value: string): CelTimestamp | undefined {
  const nanoseconds = readTimestamp(value);
  return nanoseconds === undefined ? undefined : new CelTimestamp(nanoseconds);
}

/** undefined when rules cannot see values of this schema: there is not enough of it to know their type. */
export function ruleType(schema: Schema, isResource = schema.embeddedResource): RuleType | undefined {
  if (schema.intOrString) return scalar(DYN);
  switch (schema.type) {
    case "string":
      return Object.hasOwn(STRING_FORMATS, schema.format) ? STRING_FORMATS[schema.format] : scalar(STRING);
    case "boolean":
      return scalar(BOOL);
    case "integer":
      return scalar(INT);
    case "number":
      return scalar(DOUBLE, (value) => (typeof value === "number" ? value : celFromJson(value)));
    case "array":
      return listType(schema);
    case "object":
      return typeof schema.additionalProperties === "object"
        ? mapType(schema.additionalProperties)
        : fieldsType(schema, isResource);
    default:
      return undefined;
  }
}

function listType(schema: Schema): RuleType | undefined {
  const items = schema.items && ruleType(schema.items);
  return (
    items && {
      type: listOf(items.type),
      convert: (value) => (Array.isArray(value) ? value.map((item) => items.convert(item)) : celFromJson(value)),
    }
  );
}

function mapType(values: Schema): RuleType | undefined {
  const item = ruleType(values);
  if (item === undefined) return undefined;
  const convert = (value: Json): CelValue => {
    if (!isJsonObject(value)) return celFromJson(value);
    const map = new Map<string, CelValue>();
    for (const [key, entry] of Object.entries(value)) if (entry !== undefined) map.set(key, item.convert(entry));
    return map;
  };
  return { type: mapOf(STRING, item.type), convert };
}

const METADATA: RuleType = namedFields(
  new Map([
    ["name", scalar(STRING)],
    ["generateName", scalar(STRING)],
  ]),
);

function fieldsType(schema: Schema, isResource: boolean): RuleType {
  const fields = new Map<string, RuleType>();
  for (const [name, property] of schema.properties) {
    const type = ruleType(property);
    if (type !== undefined) fields.set(name, type);
  }
  if (isResource) {
    fields.set("apiVersion", scalar(STRING));
    fields.set("kind", scalar(STRING));
    fields.set("metadata", METADATA);
  }
  return namedFields(fields);
}

function namedFields(fields: ReadonlyMap<string, RuleType>): RuleType {
  const visible = [...fields].flatMap(([name, type]) => {
    const escaped = escapeName(name);
    return escaped === undefined ? [] : [{ name, escaped, type }];
  });
  const convert = (value: Json): CelValue => {
    if (!isJsonObject(value)) return celFromJson(value);
    const map = new Map<string, CelValue>();
    for (const { name, escaped, type } of visible) {
      const item = Object.hasOwn(value, name) ? value[name] : undefined;
      if (item !== undefined) map.set(escaped, item === null ? null : type.convert(item));
    }
    return map;
  };
  const types = Object.fromEntries(visible.map(({ escaped, type }) => [escaped, type.type]));
  return { type: objectType("object", types), convert };
}
