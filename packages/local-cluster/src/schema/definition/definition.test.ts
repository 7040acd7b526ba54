// The messages about structure, names and versions were recorded from a Kubernetes 1.20.2 API server.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { isJsonObject, type Json, type JsonObject } from "../../json.ts";
import { validateCustomResourceDefinition } from "../index.ts";

function definition(schema: Json, change: (spec: JsonObject) => void = () => {}): JsonObject {
  const spec: JsonObject = {
    group: "probe.dev",
    scope: "Cluster",
    names: { plural: "bases", singular: "base", kind: "Base", listKind: "BaseList" },
    versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: schema } }],
    conversion: { strategy: "None" },
  };
  change(spec);
  return { apiVersion: "apiextensions.k8s.io/v1", metadata: { name: "bases.probe.dev" }, spec };
}

const lines = (subject: JsonObject): readonly string[] =>
  validateCustomResourceDefinition(subject).map(
    (error) =>
      `${error.field.replace("spec.validation.openAPIV3Schema", "S").replace("properties[spec].properties[a]", "A")}: ${error.message}`,
  );
const object = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({ type: "object", properties, ...more });
/** A schema whose spec has the one field a. */
const field = (a: Json): JsonObject => object({ spec: object({ a }) });
const listOf = (items: Json, more: JsonObject): JsonObject => field({ type: "array", items, ...more });
const keyed = object({ k: { type: "string" } }, { required: ["k"] });
const MAP = { "x-kubernetes-list-type": "map" };
const KEYS = (...keys: string[]): JsonObject => ({ ...MAP, "x-kubernetes-list-map-keys": keys });

describe("the structure of a schema", () => {
  it.each<[string, JsonObject, readonly string[]]>([
    ["no type", { properties: {} }, ["S.type: Required value: must not be empty at the root"]],
    ["a string at the root", { type: "string" }, ['S.type: Invalid value: "string": must be object at the root']],
    [
      "a nullable root",
      { type: "object", nullable: true },
      ["S.nullable: Forbidden: nullable cannot be true at the root"],
    ],
    ["a field without a type", field({}), ["S.A.type: Required value: must not be empty for specified object fields"]],
    [
      "items without a type",
      field({ type: "array", items: {} }),
      ["S.A.items.type: Required value: must not be empty for specified array items"],
    ],
    ["an array without items", field({ type: "array" }), ["S.A.items: Required value: must be specified"]],
    [
      "an unknown type",
      field({ type: "text" }),
      [
        'S.A.type: Unsupported value: "text": supported values: "array", "boolean", "integer", "number", "object", "string"',
      ],
    ],
    [
      "a list of schemas as items",
      field({ type: "array", items: [{ type: "string" }] }),
      ["S.A.items: Forbidden: items must be a schema object and not an array"],
    ],
    [
      "properties and additionalProperties",
      field(object({ b: { type: "string" } }, { additionalProperties: { type: "string" } })),
      ["S.A.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive"],
    ],
    [
      "a type in an alternative",
      field({ type: "string", allOf: [{ type: "string", minLength: 1 }] }),
      ["S.A.allOf[0].type: Forbidden: must be empty to be structural"],
    ],
    [
      "a default in an alternative",
      field({ type: "string", allOf: [{ default: "x" }] }),
      ["S.A.allOf[0].default: Forbidden: must be undefined to be structural"],
    ],
    [
      "descriptions in an alternative",
      field({ type: "string", anyOf: [{ description: "x", title: "t", nullable: true }] }),
      [
        "S.A.anyOf[0].description: Forbidden: must be empty to be structural",
        "S.A.anyOf[0].nullable: Forbidden: must be false to be structural",
        "S.A.anyOf[0].title: Forbidden: must be empty to be structural",
      ],
    ],
    [
      "a pattern that is none",
      field({ type: "string", pattern: "(a" }),
      [
        'S.A.pattern: Invalid value: "(a": must be a valid regular expression, but isn\'t: error parsing regexp: missing closing ): `(a`',
      ],
    ],
    [
      "a default of the wrong type",
      field({ type: "string", default: 1 }),
      ['S.A.default: Invalid value: "integer":  in body must be of type string: "integer"'],
    ],
    [
      "a default that breaks a rule",
      field({ type: "string", minLength: 3, default: "x" }),
      ['S.A.default: Invalid value: "x":  in body should be at least 3 chars long'],
    ],
    [
      "a default with unknown fields",
      field(object({ b: { type: "string" } }, { default: { c: 1 } })),
      ['S.A.default: Invalid value: map[string]interface {}{"c":1}: must not have unknown fields'],
    ],
    [
      "uniqueItems",
      field({ type: "array", uniqueItems: true, items: { type: "string" } }),
      ["S.A.uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic"],
    ],
    ["a reference", field({ type: "object", $ref: "#/x" }), ["S.A.$ref: Forbidden: $ref is not supported"]],
    [
      "patternProperties",
      field({ type: "object", patternProperties: { "^a": { type: "string" } } }),
      ["S.A.patternProperties: Forbidden: patternProperties is not supported"],
    ],
    [
      "metadata with more than names",
      object({ metadata: object({ labels: { type: "object" } }) }),
      [
        "S.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified",
      ],
    ],
    [
      "an apiVersion that is no string",
      object({ apiVersion: { type: "integer" } }),
      ['S.properties[apiVersion].type: Invalid value: "integer": must be string'],
    ],
    [
      "a map list without keys",
      listOf(keyed, MAP),
      ["S.A.x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map"],
    ],
    [
      "a key that is no property",
      listOf(keyed, KEYS("z")),
      ['S.A.x-kubernetes-list-map-keys: Invalid value: []string{"z"}: entries must all be names of item properties'],
    ],
    [
      "a key twice",
      listOf(keyed, KEYS("k", "k")),
      ['S.A.x-kubernetes-list-map-keys: Invalid value: []string{"k", "k"}: must not contain duplicate entries'],
    ],
    [
      "an optional key",
      listOf(object({ k: { type: "string" } }), KEYS("k")),
      [
        "S.A.items.properties[k].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property",
      ],
    ],
    [
      "a key that is an object",
      listOf(object({ k: { type: "object" } }, { required: ["k"] }), KEYS("k")),
      [
        `S.A.items.properties[k].type: Invalid value: "object": must be a scalar type if parent array's x-kubernetes-list-type is map`,
      ],
    ],
    [
      "a map list of strings",
      listOf({ type: "string" }, KEYS("k")),
      [`S.A.items.type: Invalid value: "string": must be object if parent array's x-kubernetes-list-type is map`],
    ],
    [
      "keys without a map list",
      listOf(keyed, { "x-kubernetes-list-map-keys": ["k"] }),
      ["S.A.x-kubernetes-list-type: Required value: must be map if x-kubernetes-list-map-keys is non-empty"],
    ],
    [
      "an unknown list type",
      listOf({ type: "string" }, { "x-kubernetes-list-type": "bag" }),
      ['S.A.x-kubernetes-list-type: Unsupported value: "bag": supported values: "atomic", "set", "map"'],
    ],
    [
      "a list type on an object",
      field({ type: "object", "x-kubernetes-list-type": "set" }),
      ['S.A.type: Invalid value: "object": must be array if x-kubernetes-list-type is specified'],
    ],
    [
      "a set of granular objects",
      listOf(keyed, { "x-kubernetes-list-type": "set" }),
      [
        'S.A.items.x-kubernetes-map-type: Invalid value: "null": must be atomic as item of a list with x-kubernetes-list-type=set',
      ],
    ],
    [
      "an unknown map type",
      field({ type: "object", "x-kubernetes-map-type": "x" }),
      ['S.A.x-kubernetes-map-type: Unsupported value: "x": supported values: "atomic", "granular"'],
    ],
    [
      "preserve-unknown-fields: false",
      field({ type: "object", "x-kubernetes-preserve-unknown-fields": false }),
      ["S.A.x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or undefined"],
    ],
    [
      "an embedded resource that is a string",
      field({ type: "string", "x-kubernetes-embedded-resource": true }),
      [
        "S.A.properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields",
        'S.A.type: Invalid value: "string": must be object if x-kubernetes-embedded-resource is true',
      ],
    ],
  ])("refuses %s", (_what, schema, expected) => {
    expect(lines(definition(schema))).toEqual(expected);
  });

  it.each<[string, JsonObject]>([
    [
      "int-or-string with its alternatives",
      field({ anyOf: [{ type: "integer" }, { type: "string" }], "x-kubernetes-int-or-string": true }),
    ],
    ["an open root", { type: "object", "x-kubernetes-preserve-unknown-fields": true }],
    ["a pattern for the name", object({ metadata: object({ name: { type: "string", pattern: "^a" } }) })],
    ["an unknown format", field({ type: "string", format: "no-such" })],
    [
      "a default that other defaults complete",
      field(object({ b: { type: "string", default: "x" } }, { default: {}, required: ["b"] })),
    ],
  ])("accepts %s", (_what, schema) => {
    expect(lines(definition(schema))).toEqual([]);
  });
});

describe("names and versions", () => {
  const fine = object({ spec: object({ a: { type: "string" } }) });
  const version = { name: "v2", served: true, storage: false, schema: { openAPIV3Schema: fine } };
  const versions = (spec: JsonObject): JsonObject[] =>
    Array.isArray(spec["versions"]) ? spec["versions"].filter(isJsonObject) : [];
  const first = (spec: JsonObject): JsonObject => versions(spec)[0] ?? {};
  it.each<[string, (spec: JsonObject) => void, readonly string[]]>([
    [
      "another name",
      (spec) => (spec["names"] = { plural: "others", kind: "Base", listKind: "BaseList" }),
      ['metadata.name: Invalid value: "bases.probe.dev": must be spec.names.plural+"."+spec.group'],
    ],
    [
      "no group",
      (spec) => delete spec["group"],
      [
        'metadata.name: Invalid value: "bases.probe.dev": must be spec.names.plural+"."+spec.group',
        "spec.group: Required value",
      ],
    ],
    ["no scope", (spec) => delete spec["scope"], ["spec.scope: Required value"]],
    [
      "an unknown scope",
      (spec) => (spec["scope"] = "Global"),
      ['spec.scope: Unsupported value: "Global": supported values: "Cluster", "Namespaced"'],
    ],
    [
      "kind and listKind alike",
      (spec) => (spec["names"] = { plural: "bases", kind: "Base", listKind: "Base" }),
      ['spec.names.listKind: Invalid value: "Base": kind and listKind may not be the same'],
    ],
    [
      "no schema",
      (spec) => delete first(spec)["schema"],
      ["spec.versions[0].schema.openAPIV3Schema: Required value: schemas are required"],
    ],
    [
      "no storage version",
      (spec) => (first(spec)["storage"] = false),
      ['spec.versions: Invalid value: []string{"v1"}: must have exactly one version marked as storage version'],
    ],
    [
      "the same version twice",
      (spec) => (spec["versions"] = [first(spec), { ...version, name: "v1" }]),
      ['spec.versions: Invalid value: []string{"v1", "v1"}: must contain unique version names'],
    ],
    [
      "preserveUnknownFields",
      (spec) => (spec["preserveUnknownFields"] = true),
      [
        "spec.preserveUnknownFields: Invalid value: true: cannot set to true, set x-preserve-unknown-fields to true in spec.versions[*].schema instead",
      ],
    ],
    [
      "columns without a path, of an unknown type",
      (spec) =>
        (first(spec)["additionalPrinterColumns"] = [
          { name: "A", type: "string" },
          { name: "A", type: "text", jsonPath: "spec.a" },
        ]),
      [
        "spec.additionalPrinterColumns[0].JSONPath: Required value",
        'spec.additionalPrinterColumns[1].type: Invalid value: "text": must be one of boolean,date,integer,number,string',
        'spec.additionalPrinterColumns[1].JSONPath: Invalid value: "spec.a": must be a simple json path starting with .',
      ],
    ],
    [
      "scale without paths",
      (spec) => (first(spec)["subresources"] = { scale: {} }),
      [
        "spec.subresources.scale.specReplicasPath: Required value",
        "spec.subresources.scale.statusReplicasPath: Required value",
      ],
    ],
    [
      "a fault in one of two schemas",
      (spec) =>
        (spec["versions"] = [
          first(spec),
          { ...version, schema: { openAPIV3Schema: object({ spec: object({ b: {} }) }) } },
        ]),
      [
        "spec.versions[1].schema.openAPIV3Schema.properties[spec].properties[b].type: Required value: must not be empty for specified object fields",
      ],
    ],
    [
      "an unknown conversion",
      (spec) => (spec["conversion"] = { strategy: "Magic" }),
      ['spec.conversion.strategy: Unsupported value: "Magic": supported values: "None", "Webhook"'],
    ],
  ])("refuses %s", (_what, change, expected) => {
    expect(lines(definition(fine, change))).toEqual(expected);
  });
});

describe("rules in a definition", () => {
  const shown = (rule: string, more = ""): string =>
    `apiextensions.ValidationRule{Rule:${JSON.stringify(rule)}, Message:"", MessageExpression:"${more}", Reason:(*apiextensions.FieldValueErrorReason)(nil), FieldPath:"", OptionalOldSelf:(*bool)(nil)}`;
  const ruled = (rule: JsonObject): JsonObject => ({ type: "string", "x-kubernetes-validations": [rule] });

  it.each<[string, JsonObject, readonly string[]]>([
    [
      "an unknown field",
      object({ spec: object({ a: { type: "string" } }, { "x-kubernetes-validations": [{ rule: "has(self.b)" }] }) }),
      [
        `S.properties[spec].x-kubernetes-validations[0].rule: Invalid value: ${shown("has(self.b)")}: compilation failed: ERROR: <input>:1:9: undefined field 'b'\n | has(self.b)\n | ........^`,
      ],
    ],
    [
      "a rule that is no yes or no",
      field(ruled({ rule: "self.size()" })),
      [
        `S.A.x-kubernetes-validations[0].rule: Invalid value: ${shown("self.size()")}: cel expression must evaluate to a bool`,
      ],
    ],
    [
      "a message expression that is no text",
      field(ruled({ rule: "true", messageExpression: "1" })),
      [
        `S.A.x-kubernetes-validations[0].messageExpression: Invalid value: ${shown("true", "1")}: messageExpression must evaluate to a string`,
      ],
    ],
    [
      "no rule",
      field(ruled({ message: "x" })),
      ["S.A.x-kubernetes-validations[0].rule: Required value: rule is not specified"],
    ],
    [
      "a message of two lines",
      field(ruled({ rule: "true", message: "a\nb" })),
      ['S.A.x-kubernetes-validations[0].message: Invalid value: "a\\nb": message must not contain line breaks'],
    ],
    [
      "an unknown reason",
      field(ruled({ rule: "true", reason: "Because" })),
      [
        'S.A.x-kubernetes-validations[0].reason: Unsupported value: "Because": supported values: "FieldValueInvalid", "FieldValueForbidden", "FieldValueRequired", "FieldValueDuplicate"',
      ],
    ],
    [
      "a field path to nowhere",
      field(ruled({ rule: "true", fieldPath: ".b" })),
      [
        'S.A.x-kubernetes-validations[0].fieldPath: Invalid value: ".b": fieldPath must be a valid path: does not refer to a valid field',
      ],
    ],
    [
      "oldSelf where nothing tells items apart",
      listOf(ruled({ rule: "self == oldSelf" }), {}),
      [
        'S.A.items.x-kubernetes-validations[0].rule: Invalid value: "self == oldSelf": oldSelf cannot be used on the uncorrelatable portion of the schema within spec.validation.openAPIV3Schema.properties[spec].properties[a].items',
      ],
    ],
    [
      "optionalOldSelf without oldSelf",
      field(ruled({ rule: "true", optionalOldSelf: true })),
      [
        "S.A.x-kubernetes-validations[0].optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule",
      ],
    ],
  ])("refuses %s", (_what, schema, expected) => {
    expect(lines(definition(schema))).toEqual(expected);
  });

  it("accepts transition rules in map lists, and the name of the resource", () => {
    const item = object({ k: { type: "string" }, v: ruled({ rule: "self == oldSelf" }) }, { required: ["k"] });
    expect(lines(definition(listOf(item, KEYS("k"))))).toEqual([]);
    const named = object({}, { "x-kubernetes-validations": [{ rule: "self.metadata.name.startsWith(self.kind)" }] });
    expect(lines(definition(named))).toEqual([]);
  });
});

describe("the platform's own definitions", () => {
  const folder = new URL("../../../../../deploy/crds/", import.meta.url);
  it.each(readdirSync(folder).filter((name) => name.endsWith(".yaml")))("%s has no faults", (name) => {
    const parsed: unknown = parse(readFileSync(new URL(name, folder), "utf8"));
    expect(isJsonObject(parsed) ? validateCustomResourceDefinition(parsed) : "no object").toEqual([]);
  });
});
