// The messages in the first table were recorded from a Kubernetes 1.20.2 API server. Where later versions say it
// differently (Too long, Too many, the index of a list item), the later wording stands.
import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../json.ts";
import { compileCustomResource, type FieldError } from "./index.ts";

const schema: JsonObject = {
  type: "object",
  properties: {
    spec: {
      type: "object",
      required: ["name"],
      minProperties: 1,
      properties: {
        name: { type: "string", minLength: 2, maxLength: 5, pattern: "^[a-z]+$" },
        count: { type: "integer", minimum: 1, maximum: 9, multipleOf: 2 },
        ratio: { type: "number", minimum: 0, exclusiveMinimum: true, maximum: 2, exclusiveMaximum: true },
        on: { type: "boolean" },
        mode: { type: "string", enum: ["A", "B"] },
        num: { type: "integer", enum: [1, 2] },
        when: { type: "string", format: "date-time" },
        dur: { type: "string", format: "duration" },
        uri: { type: "string", format: "uri" },
        b: { type: "string", format: "byte" },
        uuid: { type: "string", format: "uuid" },
        ip: { type: "string", format: "ipv4" },
        day: { type: "string", format: "date" },
        free: { type: "string", format: "no-such-format" },
        list: {
          type: "array",
          minItems: 1,
          maxItems: 2,
          items: {
            type: "object",
            required: ["k"],
            properties: { k: { type: "string" }, v: { type: "integer", default: 7 } },
          },
        },
        uniq: { type: "array", items: { type: "string" }, "x-kubernetes-list-type": "set" },
        mlist: {
          type: "array",
          items: {
            type: "object",
            required: ["k"],
            properties: { k: { type: "string" }, n: { type: "integer", default: 1 }, v: { type: "string" } },
          },
          "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": ["k", "n"],
        },
        map: { type: "object", maxProperties: 2, additionalProperties: { type: "integer" } },
        ios: { "x-kubernetes-int-or-string": true },
        emb: {
          type: "object",
          "x-kubernetes-embedded-resource": true,
          "x-kubernetes-preserve-unknown-fields": true,
        },
        nul: { type: "string", nullable: true, enum: ["x"] },
        either: {
          type: "object",
          properties: { p: { type: "string" }, q: { type: "string" } },
          oneOf: [{ required: ["p"] }, { required: ["q"] }],
        },
        anyo: { type: "string", anyOf: [{ minLength: 3 }, { pattern: "^x" }] },
        noto: { type: "string", not: { enum: ["bad"] } },
        allo: { type: "string", allOf: [{ minLength: 3 }, { pattern: "^x" }] },
        big: { type: "number", maximum: 1_000_000 },
        small: { type: "number", maximum: 0.000_01 },
        tenths: { type: "number", multipleOf: 0.1 },
        filled: { type: "object", minProperties: 1 },
      },
    },
  },
};
const compiled = compileCustomResource(schema);

/** As the API does it: prune, default, validate. */
function errorsOf(spec: Json): readonly FieldError[] {
  const object: JsonObject = { apiVersion: "v1", kind: "Thing", metadata: { name: "x" }, spec };
  compiled.prune(object);
  compiled.applyDefaults(object);
  return compiled.validate(object);
}
const lines = (errors: readonly FieldError[]): readonly string[] =>
  errors.map((error) => `${error.type.replace("FieldValue", "")} ${error.field}: ${error.message}`);

describe("validation", () => {
  it.each<[Json, readonly string[]]>([
    [{ name: "x" }, ['Invalid spec.name: Invalid value: "x": spec.name in body should be at least 2 chars long']],
    [{ name: "toolongname" }, ["TooLong spec.name: Too long: may not be longer than 5"]],
    [{ name: "AB" }, [`Invalid spec.name: Invalid value: "AB": spec.name in body should match '^[a-z]+$'`]],
    [{ on: true }, ["Required spec.name: Required value"]],
    [{ name: null, on: true }, ["Required spec.name: Required value"]],
    [
      { name: "ab", count: 0 },
      ["Invalid spec.count: Invalid value: 0: spec.count in body should be greater than or equal to 1"],
    ],
    [
      { name: "ab", count: 11 },
      [
        "Invalid spec.count: Invalid value: 11: spec.count in body should be a multiple of 2",
        "Invalid spec.count: Invalid value: 11: spec.count in body should be less than or equal to 9",
      ],
    ],
    [
      { name: "ab", count: "x" },
      ['TypeInvalid spec.count: Invalid value: "string": spec.count in body must be of type integer: "string"'],
    ],
    [
      { name: "ab", count: 1.5 },
      [
        'TypeInvalid spec.count: Invalid value: "number": spec.count in body must be of type integer: "number"',
        "Invalid spec.count: Invalid value: 1.5: spec.count in body should be a multiple of 2",
      ],
    ],
    [{ name: "ab", ratio: 0 }, ["Invalid spec.ratio: Invalid value: 0: spec.ratio in body should be greater than 0"]],
    [{ name: "ab", ratio: 2 }, ["Invalid spec.ratio: Invalid value: 2: spec.ratio in body should be less than 2"]],
    [
      { name: {} },
      ['TypeInvalid spec.name: Invalid value: "object": spec.name in body must be of type string: "object"'],
    ],
    [{ name: "ab", mode: "C" }, ['NotSupported spec.mode: Unsupported value: "C": supported values: "A", "B"']],
    [{ name: "ab", num: 3 }, ['NotSupported spec.num: Unsupported value: 3: supported values: "1", "2"']],
    [
      { name: "ab", mode: 5 },
      [
        'TypeInvalid spec.mode: Invalid value: "integer": spec.mode in body must be of type string: "integer"',
        'NotSupported spec.mode: Unsupported value: 5: supported values: "A", "B"',
      ],
    ],
    [
      { name: "ab", when: "nope" },
      ['TypeInvalid spec.when: Invalid value: "nope": spec.when in body must be of type date-time: "nope"'],
    ],
    [
      { name: "ab", day: "2020-13-01" },
      ['TypeInvalid spec.day: Invalid value: "2020-13-01": spec.day in body must be of type date: "2020-13-01"'],
    ],
    [
      { name: "ab", dur: "5 parsecs" },
      ['TypeInvalid spec.dur: Invalid value: "5 parsecs": spec.dur in body must be of type duration: "5 parsecs"'],
    ],
    [
      { name: "ab", uri: "::" },
      ['TypeInvalid spec.uri: Invalid value: "::": spec.uri in body must be of type uri: "::"'],
    ],
    [
      { name: "ab", b: "%%%" },
      ['TypeInvalid spec.b: Invalid value: "%%%": spec.b in body must be of type byte: "%%%"'],
    ],
    [
      { name: "ab", ip: "1.2" },
      ['TypeInvalid spec.ip: Invalid value: "1.2": spec.ip in body must be of type ipv4: "1.2"'],
    ],
    [{ name: "ab", list: [] }, ["Invalid spec.list: Invalid value: 0: spec.list in body should have at least 1 items"]],
    [
      { name: "ab", list: [{ k: "a" }, { k: "b" }, { k: "c" }] },
      ["TooMany spec.list: Too many: 3: must have at most 2 items"],
    ],
    [{ name: "ab", list: [{ k: "a" }, { v: 1 }] }, ["Required spec.list[1].k: Required value"]],
    [
      { name: "ab", list: {} },
      ['TypeInvalid spec.list: Invalid value: "object": spec.list in body must be of type array: "object"'],
    ],
    [
      { name: "ab", uniq: ["a", "a", "a", "b", "b"] },
      ['Duplicate spec.uniq[1]: Duplicate value: "a"', 'Duplicate spec.uniq[4]: Duplicate value: "b"'],
    ],
    [
      {
        name: "ab",
        mlist: [
          { k: "a", v: "1" },
          { k: "a", v: "2" },
        ],
      },
      ['Duplicate spec.mlist[1]: Duplicate value: map[string]interface {}{"k":"a", "n":1}'],
    ],
    [
      { name: "ab", mlist: [null] },
      ['TypeInvalid spec.mlist[0]: Invalid value: "null": spec.mlist[0] in body must be of type object: "null"'],
    ],
    [{ name: "ab", map: { a: 1, b: 2, c: 3 } }, ["TooMany spec.map: Too many: 3: must have at most 2 items"]],
    [
      { name: "ab", map: { "a.b": "x" } },
      ['TypeInvalid spec.map.a.b: Invalid value: "string": spec.map.a.b in body must be of type integer: "string"'],
    ],
    [
      { name: "ab", ios: true },
      ['TypeInvalid spec.ios: Invalid value: "boolean": spec.ios in body must be of type integer,string: "boolean"'],
    ],
    [
      { name: "ab", emb: { foo: 1 } },
      [
        "Required spec.emb.apiVersion: Required value: must not be empty",
        "Required spec.emb.kind: Required value: must not be empty",
      ],
    ],
    [
      { name: "ab", either: {} },
      [
        'Invalid <nil>: Invalid value: "": "spec.either" must validate one and only one schema (oneOf). Found none valid',
        "Required spec.either.p: Required value",
      ],
    ],
    [
      { name: "ab", either: { p: "a", q: "b" } },
      [
        'Invalid <nil>: Invalid value: "": "spec.either" must validate one and only one schema (oneOf). Found 2 valid alternatives',
      ],
    ],
    [
      { name: "ab", anyo: "ab" },
      [
        'Invalid <nil>: Invalid value: "": "spec.anyo" must validate at least one schema (anyOf)',
        'Invalid spec.anyo: Invalid value: "ab": spec.anyo in body should be at least 3 chars long',
      ],
    ],
    [{ name: "ab", noto: "bad" }, ['Invalid <nil>: Invalid value: "": "spec.noto" must not validate the schema (not)']],
    [
      { name: "ab", allo: "ab" },
      [
        'Invalid spec.allo: Invalid value: "ab": spec.allo in body should be at least 3 chars long',
        `Invalid spec.allo: Invalid value: "ab": spec.allo in body should match '^x'`,
        'Invalid <nil>: Invalid value: "": "spec.allo" must validate all the schemas (allOf). None validated',
      ],
    ],
    ["str", ['TypeInvalid spec: Invalid value: "string": spec in body must be of type object: "string"']],
    [{ name: "a\nbé" }, [`Invalid spec.name: Invalid value: "a\\nbé": spec.name in body should match '^[a-z]+$'`]],
    [
      { name: "ab", big: 1_234_567.5 },
      ["Invalid spec.big: Invalid value: 1.2345675e+06: spec.big in body should be less than or equal to 1e+06"],
    ],
    [
      { name: "ab", big: 2_000_000 },
      ["Invalid spec.big: Invalid value: 2000000: spec.big in body should be less than or equal to 1000000"],
    ],
    [
      { name: "ab", small: 0.000_02 },
      ["Invalid spec.small: Invalid value: 2e-05: spec.small in body should be less than or equal to 1e-05"],
    ],
    [
      { name: "ab", tenths: 0.15 },
      ["Invalid spec.tenths: Invalid value: 0.15: spec.tenths in body should be a multiple of 0.1"],
    ],
    [
      { name: "ab", filled: {} },
      ["Invalid spec.filled: Invalid value: 1: spec.filled in body should have at least 1 properties"],
    ],
  ])("refuses %j", (spec, expected) => {
    expect(lines(errorsOf(spec))).toEqual(expected);
  });

  it.each<[Json]>([
    [{ name: "ab", ratio: 1e-7, count: 2, num: 1, mode: "A", on: false, tenths: 0.3 }],
    [{ name: "ab", when: "2026-02-28T12:00:00.123Z", dur: "1h", uri: "https://a/b", b: "aGk=", day: "2026-02-28" }],
    [{ name: "ab", ip: "10.0.0.1", uuid: "123e4567-e89b-12d3-a456-426614174000", free: "anything" }],
    [{ name: "ab", ios: 1 }],
    [{ name: "ab", ios: "25%" }],
    [{ name: "ab", mode: null, map: { a: null }, nul: null }],
    [
      {
        name: "ab",
        mlist: [
          { k: "a", n: 1 },
          { k: "a", n: 2 },
        ],
      },
    ],
    [{ name: "ab", either: { p: "a" }, anyo: "xy", allo: "xyz", noto: "good" }],
    [{ name: "ab", emb: { apiVersion: "v1", kind: "Pod", metadata: { name: "x" }, spec: { any: 1 } } }],
    [null],
  ])("accepts %j", (spec) => {
    expect(lines(errorsOf(spec))).toEqual([]);
  });
});

describe("an update", () => {
  const before: JsonObject = {
    spec: { name: "TOO LONG", count: 99, list: [{ k: 1 }], mlist: [{ k: "a", n: 1, v: 5 }], map: { a: "x", b: 1 } },
  };
  const changed = (spec: JsonObject): readonly string[] => {
    const old = before["spec"];
    const object: JsonObject = { spec: { ...(typeof old === "object" && !Array.isArray(old) ? old : {}), ...spec } };
    return compiled.validate(object, before).map((error) => error.field);
  };

  it("does not judge again what it leaves as it was", () => {
    expect(changed({ on: true })).toEqual([]);
    expect(changed({ map: { a: "x", b: 2 } })).toEqual([]);
    expect(
      changed({
        mlist: [
          { k: "b", n: 1, v: "ok" },
          { k: "a", n: 1, v: 5 },
        ],
      }),
    ).toEqual([]);
  });

  it("judges what it changes", () => {
    expect(changed({ count: 98 })).toEqual(["spec.count"]);
    expect(changed({ map: { a: "y", b: 1 } })).toEqual(["spec.map.a"]);
    expect(changed({ mlist: [{ k: "a", n: 1, v: 6 }] })).toEqual(["spec.mlist[0].v"]);
  });

  it("judges all of a list whose items cannot be told apart once one changes", () => {
    expect(changed({ list: [{ k: 1 }, { k: "fine" }] })).toEqual(["spec.list[0].k"]);
  });

  it("does not hold duplicates against an object that had some", () => {
    const old = { spec: { name: "ab", uniq: ["a", "a"] } };
    expect(compiled.validate({ spec: { name: "ab", uniq: ["a", "a", "b", "b"] } }, old)).toEqual([]);
  });
});
