import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../json.ts";
import { compileCustomResource, type CustomResourceSchema } from "./index.ts";

/** A schema whose spec has these properties and rules. */
const withSpec = (spec: JsonObject, more: JsonObject = {}): CustomResourceSchema =>
  compileCustomResource({ type: "object", properties: { spec: { type: "object", ...spec } }, ...more });
const lines = (schema: CustomResourceSchema, spec: Json, old?: Json): readonly string[] =>
  schema
    .validate({ metadata: { name: "x" }, spec }, old === undefined ? undefined : { metadata: { name: "x" }, spec: old })
    .map((error) => `${error.type.replace("FieldValue", "")} ${error.field}: ${error.message}`);
const rule = (text: string, more: JsonObject = {}): JsonObject => ({
  "x-kubernetes-validations": [{ rule: text, ...more }],
});

const range = {
  properties: { min: { type: "integer" }, max: { type: "integer" }, note: { type: "string" } },
} satisfies JsonObject;

describe("rules", () => {
  it("refuse with their own text, or with their message", () => {
    expect(lines(withSpec({ ...range, ...rule("self.min <= self.max") }), { min: 2, max: 1 })).toEqual([
      'Invalid spec: Invalid value: "object": failed rule: self.min <= self.max',
    ]);
    expect(
      lines(withSpec({ ...range, ...rule("self.min <= self.max", { message: " min is above max " }) }), {
        min: 2,
        max: 1,
      }),
    ).toEqual(['Invalid spec: Invalid value: "object": min is above max']);
  });

  it("build a message from the values, and fall back when that gives nothing usable", () => {
    const messageExpression = "'min %d is above max %d'.format([self.min, self.max])";
    const schema = withSpec({ ...range, ...rule("self.min <= self.max", { messageExpression }) });
    expect(lines(schema, { min: 2, max: 1 })).toEqual(['Invalid spec: Invalid value: "object": min 2 is above max 1']);
    const empty = withSpec({ ...range, ...rule("false", { message: "fixed", messageExpression: "self.note" }) });
    expect(lines(empty, { note: "  " })).toEqual(['Invalid spec: Invalid value: "object": fixed']);
    expect(lines(empty, {})).toEqual(['Invalid spec: Invalid value: "object": fixed']);
  });

  it("name the reason and the field that the rule names", () => {
    const schema = withSpec({
      ...range,
      "x-kubernetes-validations": [
        { rule: "!has(self.max)", reason: "FieldValueForbidden", message: "not yet", fieldPath: ".max" },
        { rule: "has(self.note)", reason: "FieldValueRequired", message: "say why", fieldPath: ".note" },
        { rule: "self.min != 7", reason: "FieldValueDuplicate", fieldPath: ".min" },
      ],
    });
    expect(lines(schema, { min: 7, max: 1 })).toEqual([
      "Forbidden spec.max: Forbidden: not yet",
      "Required spec.note: Required value: say why",
      'Duplicate spec.min: Duplicate value: "object"',
    ]);
  });

  it("stand at every place of a schema: fields, list items, map values, the root", () => {
    const schema = withSpec(
      {
        properties: {
          name: { type: "string", ...rule("self.startsWith('a')") },
          list: { type: "array", items: { type: "integer", ...rule("self > 0") } },
          map: { type: "object", additionalProperties: { type: "string", ...rule("self != ''") } },
        },
      },
      rule("self.metadata.name == 'y'", { message: "must be called y" }),
    );
    expect(lines(schema, { name: "b", list: [1, 0], map: { k: "" } })).toEqual([
      'Invalid <nil>: Invalid value: "object": must be called y',
      `Invalid spec.name: Invalid value: "string": failed rule: self.startsWith('a')`,
      'Invalid spec.list[1]: Invalid value: "integer": failed rule: self > 0',
      `Invalid spec.map.k: Invalid value: "string": failed rule: self != ''`,
    ]);
  });

  it("are not asked about values that are absent or null", () => {
    const schema = withSpec({ properties: { name: { type: "string", nullable: true, ...rule("self.size() > 3") } } });
    expect(lines(schema, {})).toEqual([]);
    expect(lines(schema, { name: null })).toEqual([]);
  });

  it("see escaped names, formats as values, and both kinds of int-or-string", () => {
    const schema = withSpec({
      properties: {
        "with-dash": { type: "string" },
        in: { type: "integer" },
        wait: { type: "string", format: "duration" },
        when: { type: "string", format: "date-time" },
        data: { type: "string", format: "byte" },
        port: { "x-kubernetes-int-or-string": true },
        ratio: { type: "number" },
      },
      "x-kubernetes-validations": [
        { rule: "self.with__dash__dash == 'a'" },
        { rule: "self.__in__ == 1" },
        { rule: "self.wait < duration('2h') && self.when > timestamp('2026-01-01T00:00:00Z')" },
        { rule: "self.data == b'hi' && self.ratio < 1.5" },
        { rule: "type(self.port) == int ? self.port > 0 : self.port == 'http'" },
      ],
    });
    const spec = {
      "with-dash": "a",
      in: 1,
      wait: "90m",
      when: "2026-05-01T00:00:00Z",
      data: "aGk=",
      port: 80,
      ratio: 1,
    };
    expect(lines(schema, spec)).toEqual([]);
    expect(lines(schema, { ...spec, "with-dash": "b", port: "ftp" })).toHaveLength(2);
  });

  it("tell what went wrong when they cannot be evaluated", () => {
    const schema = withSpec({
      properties: { ...range.properties, port: { "x-kubernetes-int-or-string": true } },
      "x-kubernetes-validations": [{ rule: "self.max > 0" }, { rule: "self.port + 1 > 0" }],
    });
    expect(lines(schema, { port: "http" })).toEqual([
      'Invalid spec: Invalid value: "object": no such key: max evaluating rule: self.max > 0',
      `Invalid spec: Invalid value: "object": 'no such overload': call arguments did not match a supported operator, function or macro signature for rule: self.port + 1 > 0`,
    ]);
  });

  it("are left out when the object does not have the shape that they were compiled for", () => {
    const schema = withSpec({ ...range, ...rule("self.min <= self.max"), required: ["note"] });
    expect(lines(schema, { min: "a" })).toEqual([
      "Required spec.note: Required value",
      'TypeInvalid spec.min: Invalid value: "string": spec.min in body must be of type integer: "string"',
      'Invalid <nil>: Invalid value: "null": some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
    ]);
  });
});

describe("transition rules", () => {
  const immutable = rule("self == oldSelf", { message: "is immutable" });

  it("run on updates alone", () => {
    const schema = withSpec({ properties: { owner: { type: "string", ...immutable } } });
    expect(lines(schema, { owner: "a" })).toEqual([]);
    expect(lines(schema, { owner: "a" }, {})).toEqual([]);
    expect(lines(schema, { owner: "a" }, { owner: "a" })).toEqual([]);
    expect(lines(schema, { owner: "b" }, { owner: "a" })).toEqual([
      'Invalid spec.owner: Invalid value: "string": is immutable',
    ]);
  });

  it("compare whole objects", () => {
    const schema = withSpec({ ...range, ...immutable });
    expect(lines(schema, { min: 1, max: 2 }, { max: 2, min: 1 })).toEqual([]);
    expect(lines(schema, { min: 1, max: 2 }, { min: 1 })).toHaveLength(1);
  });

  it("find the former state of a map list's item by its keys, wherever it stands", () => {
    const schema = withSpec({
      properties: {
        list: {
          type: "array",
          "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": ["k"],
          items: {
            type: "object",
            required: ["k"],
            properties: { k: { type: "string" }, v: { type: "integer", ...rule("self >= oldSelf") } },
          },
        },
      },
    });
    const old = {
      list: [
        { k: "a", v: 5 },
        { k: "b", v: 1 },
      ],
    };
    expect(
      lines(
        schema,
        {
          list: [
            { k: "b", v: 2 },
            { k: "c", v: 0 },
            { k: "a", v: 4 },
          ],
        },
        old,
      ),
    ).toEqual(['Invalid spec.list[2].v: Invalid value: "integer": failed rule: self >= oldSelf']);
  });

  it("may also look at creations when they say so", () => {
    const schema = withSpec({
      properties: {
        phase: {
          type: "string",
          ...rule("oldSelf.hasValue() ? self != oldSelf.value() || self == 'Done' : self == 'New'", {
            optionalOldSelf: true,
          }),
        },
      },
    });
    expect(lines(schema, { phase: "New" })).toEqual([]);
    expect(lines(schema, { phase: "Done" })).toHaveLength(1);
    expect(lines(schema, { phase: "Done" }, { phase: "New" })).toEqual([]);
  });

  it("leave plain rules alone on values that did not change", () => {
    const schema = withSpec({
      properties: { name: { type: "string", ...rule("self.size() > 3") }, other: { type: "string" } },
    });
    expect(lines(schema, { name: "ab", other: "x" }, { name: "ab" })).toEqual([]);
    expect(lines(schema, { name: "ac", other: "x" }, { name: "ab" })).toHaveLength(1);
  });
});

describe("cost", () => {
  it("one rule that costs too much ends the validation", () => {
    const schema = withSpec({
      properties: { list: { type: "array", items: { type: "string" } } },
      ...rule("self.list.all(a, self.list.all(b, a == b || a != b))"),
    });
    const list = Array.from({ length: 1500 }, (_, index) => `item-${index}`);
    expect(lines(schema, { list })).toEqual([
      `Invalid spec: Invalid value: "object": 'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to call cost exceeds limit for rule: self.list.all(a, self.list.all(b, a == b || a != b))`,
    ]);
  });

  it("so do many rules together", () => {
    const schema = withSpec({
      properties: {
        list: {
          type: "array",
          items: {
            type: "string",
            ...rule("'0123456789'.split('').all(a, '0123456789'.split('').all(b, a + b != self))"),
          },
        },
      },
    });
    const errors = lines(schema, { list: Array.from({ length: 50_000 }, () => "x") });
    expect(errors.at(-1)).toContain(
      "validation failed due to running out of cost budget, no further validation rules will be run",
    );
  });
});
