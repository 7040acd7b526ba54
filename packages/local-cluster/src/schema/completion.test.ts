import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cloneJson, type Json, type JsonObject } from "../json.ts";
import { compileCustomResource } from "./index.ts";

const compiled = compileCustomResource({
  type: "object",
  properties: {
    spec: {
      type: "object",
      properties: {
        plain: { type: "string" },
        named: { type: "string", default: "unnamed" },
        nullable: { type: "string", nullable: true, default: "not null" },
        options: {
          type: "object",
          default: {},
          properties: { level: { type: "integer", default: 3 }, label: { type: "string" } },
        },
        list: {
          type: "array",
          items: { type: "object", properties: { k: { type: "string" }, v: { type: "integer", default: 7 } } },
        },
        holes: { type: "array", items: { type: "string", default: "filled" } },
        map: {
          type: "object",
          additionalProperties: { type: "object", properties: { on: { type: "boolean", default: false } } },
        },
        open: {
          type: "object",
          "x-kubernetes-preserve-unknown-fields": true,
          properties: { inner: { type: "object", properties: { x: { type: "string" } } } },
        },
        pod: {
          type: "object",
          "x-kubernetes-embedded-resource": true,
          properties: { spec: { type: "object", properties: { x: { type: "string" } } } },
        },
      },
    },
  },
});

const complete = (spec: JsonObject): JsonObject => {
  const object: JsonObject = { apiVersion: "v1", kind: "Thing", metadata: { name: "x", labels: { a: "b" } }, spec };
  compiled.prune(object);
  compiled.applyDefaults(object);
  return object;
};
const filled = { named: "unnamed", nullable: "not null", options: { level: 3 } };

describe("defaults", () => {
  it.each<[string, JsonObject, JsonObject]>([
    ["fill in what is absent, and inside defaults", {}, filled],
    ["keep what is given", { named: "", options: { level: 0 } }, { ...filled, named: "", options: { level: 0 } }],
    ["take the place of a null that is no value", { named: null, options: null }, filled],
    ["leave a null that is a value", { nullable: null }, { ...filled, nullable: null }],
    ["reach into lists", { list: [{ k: "a" }, { v: 1 }] }, { ...filled, list: [{ k: "a", v: 7 }, { v: 1 }] }],
    ["fill holes in lists", { holes: ["a", null] }, { ...filled, holes: ["a", "filled"] }],
    ["reach into maps", { map: { a: {}, b: { on: true } } }, { ...filled, map: { a: { on: false }, b: { on: true } } }],
    ["drop other nulls", { plain: null, map: { a: null } }, { ...filled, map: {} }],
  ])("%s", (_what, given, expected) => {
    expect(complete(given)["spec"]).toEqual(expected);
  });
});

describe("pruning", () => {
  it("removes unknown fields and tells their paths", () => {
    const object: JsonObject = {
      apiVersion: "v1",
      kind: "Thing",
      metadata: { name: "x", whatever: 1 },
      bogus: 1,
      spec: {
        typo: {},
        list: [{ k: "a" }, { k: "b", oops: 1 }],
        map: { a: { off: 1 } },
        open: { anything: 1, inner: { x: "a", y: 1 } },
        pod: { apiVersion: "v1", kind: "Pod", metadata: { any: 1 }, spec: { x: "a", y: 1 }, status: {} },
      },
    };
    const paths = [
      "bogus",
      "spec.typo",
      "spec.list[1].oops",
      "spec.map.a.off",
      "spec.open.inner.y",
      "spec.pod.spec.y",
      "spec.pod.status",
    ];
    const untouched = cloneJson(object);
    expect(compiled.unknownFields(object)).toEqual(paths);
    expect(object).toEqual(untouched);
    expect(compiled.prune(object)).toEqual(paths);
    expect(object).toEqual({
      apiVersion: "v1",
      kind: "Thing",
      metadata: { name: "x", whatever: 1 },
      spec: {
        list: [{ k: "a" }, { k: "b" }],
        map: { a: {} },
        open: { anything: 1, inner: { x: "a" } },
        pod: { apiVersion: "v1", kind: "Pod", metadata: { any: 1 }, spec: { x: "a" } },
      },
    });
  });

  it("leaves no way to reach an object's prototype", () => {
    const object = JSON.parse('{"spec":{"map":{"__proto__":{"on":true}},"constructor":1}}') as JsonObject;
    expect(compiled.prune(object)).toEqual(["spec.constructor"]);
    compiled.applyDefaults(object);
    expect(({} as Record<string, unknown>)["on"]).toBeUndefined();
  });
});

describe("properties", () => {
  const names = fc.constantFrom(
    ..."spec plain named nullable options level list k v holes map on open inner x pod other metadata".split(" "),
  );
  const { value } = fc.letrec<{ value: Json; leaf: Json; object: JsonObject }>((tie) => ({
    leaf: fc.constantFrom<Json[]>(null, true, 0, 1.5, "", "text"),
    object: fc.dictionary(names, tie("value"), { maxKeys: 5, noNullPrototype: true }),
    value: fc.oneof({ maxDepth: 5 }, tie("leaf"), fc.array(tie("value"), { maxLength: 3 }), tie("object")),
  }));

  it("completing twice is completing once, and nothing is unknown after pruning", () => {
    fc.assert(
      fc.property(value, (spec) => {
        const object: JsonObject = { spec: cloneJson(spec) };
        compiled.prune(object);
        compiled.applyDefaults(object);
        const once = cloneJson(object);
        expect(compiled.prune(object)).toEqual([]);
        compiled.applyDefaults(object);
        expect(object).toEqual(once);
      }),
      { numRuns: 1000 },
    );
  });

  it("an update that changes nothing is never refused", () => {
    fc.assert(
      fc.property(value, (spec) => {
        expect(compiled.validate({ spec: cloneJson(spec) }, { spec: cloneJson(spec) })).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });
});
