// Custom resources: definitions take effect, schemas prune, default and refuse, columns show. Also run against real
// clusters.
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { numberAt, objectsAt, stringAt, stringsAt, valueAt, type Json, type JsonObject } from "../../src/json.ts";
import { eventually, openTarget, type Target } from "./target.ts";

let target: Target;
let namespace: string;
let path: string;
const group = `conformance-${randomBytes(3).toString("hex")}.example.com`;
const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

const schema: JsonObject = {
  type: "object",
  properties: {
    spec: {
      type: "object",
      required: ["size"],
      properties: {
        size: { type: "integer", minimum: 1, maximum: 10 },
        color: { type: "string", default: "red", enum: ["red", "blue"] },
        name: { type: "string", pattern: "^[a-z]+$", maxLength: 5 },
        free: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
        items: {
          type: "array",
          "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": ["name"],
          items: { type: "object", required: ["name"], properties: { name: { type: "string" } } },
        },
      },
    },
    status: { type: "object", properties: { phase: { type: "string" } } },
  },
};

function definition(more: JsonObject = {}): JsonObject {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `widgets.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { plural: "widgets", kind: "Widget", shortNames: ["wd"] },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: { openAPIV3Schema: schema },
          subresources: { status: {} },
          additionalPrinterColumns: [
            { name: "Size", type: "integer", jsonPath: ".spec.size" },
            { name: "Phase", type: "string", jsonPath: ".status.phase" },
          ],
        },
      ],
    },
    ...more,
  };
}

const widget = (name: string, spec: Json = { size: 3 }): JsonObject => ({
  apiVersion: `${group}/v1`,
  kind: "Widget",
  metadata: { name },
  spec,
});

beforeAll(async () => {
  target = await openTarget();
  namespace = await target.namespace("custom");
  path = `/apis/${group}/v1/namespaces/${namespace}/widgets`;
  await target.call("POST", definitions, definition());
  await eventually("the resource is served", async () => (await target.call("GET", path)).status === 200);
});
afterAll(async () => {
  await target.call("DELETE", `${definitions}/widgets.${group}`);
  await target.close();
});

describe("a definition", () => {
  it("becomes Established and appears in discovery", async () => {
    const read = (await target.call("GET", `${definitions}/widgets.${group}`)).body;
    const conditions = objectsAt(read, "status", "conditions").map(
      (each) => `${stringAt(each, "type")}=${stringAt(each, "status")}`,
    );
    expect(conditions).toEqual(expect.arrayContaining(["NamesAccepted=True", "Established=True"]));
    expect(stringsAt(read, "status", "storedVersions")).toEqual(["v1"]);
    const resources = (await target.call("GET", `/apis/${group}/v1`)).body;
    const names = objectsAt(resources, "resources").map((each) => stringAt(each, "name"));
    expect(names.toSorted()).toEqual(["widgets", "widgets/status"]);
  });

  it.each([
    ["of another name", { metadata: { name: "others.example.com" } }],
    [
      "without versions",
      { spec: { group, scope: "Namespaced", names: { plural: "widgets", kind: "Widget" }, versions: [] } },
    ],
  ])("%s is refused with 422", async (_what, more) => {
    expect((await target.call("POST", definitions, definition(more))).status).toBe(422);
  });
});

describe("objects", () => {
  it("get defaults and lose unknown fields", async () => {
    const { status, body } = await target.call(
      "POST",
      path,
      widget("plain", { size: 2, unknown: true, free: { any: [1] } }),
    );
    expect(status).toBe(201);
    expect(valueAt(body, "spec")).toEqual({ size: 2, color: "red", free: { any: [1] } });
    expect(numberAt(body, "metadata", "generation")).toBe(1);
  });

  it.each([
    ["too large a number", { size: 11 }, "FieldValueInvalid", "spec.size"],
    ["a missing field", { color: "blue" }, "FieldValueRequired", "spec.size"],
    ["a value that is not in the list", { size: 1, color: "green" }, "FieldValueNotSupported", "spec.color"],
    ["a text that does not match", { size: 1, name: "ABC" }, "FieldValueInvalid", "spec.name"],
    [
      "two items of one key",
      { size: 1, items: [{ name: "a" }, { name: "a" }] },
      "FieldValueDuplicate",
      "spec.items[1]",
    ],
  ])("with %s are refused with 422 and the cause", async (_what, spec, reason, field) => {
    const { status, body } = await target.call("POST", path, widget("wrong", spec));
    expect(status).toBe(422);
    expect(body).toMatchObject({ reason: "Invalid", details: { group, kind: "Widget", name: "wrong" } });
    expect(objectsAt(body, "details", "causes")).toContainEqual(expect.objectContaining({ reason, field }));
  });

  it("with a wrong type are refused with 422", async () => {
    const { status, body } = await target.call("POST", path, widget("wrong", { size: "three" }));
    expect(status).toBe(422);
    expect(objectsAt(body, "details", "causes").map((cause) => cause["field"])).toContain("spec.size");
  });

  it("with fieldValidation=Strict are refused for unknown fields, else there is a warning", async ({ skip }) => {
    skip(target.minor < 27, "this version has no field validation");
    const strict = await target.call("POST", `${path}?fieldValidation=Strict`, widget("strict", { size: 1, sice: 2 }));
    expect(strict.status).toBe(400);
    expect(stringAt(strict.body, "message")).toContain('strict decoding error: unknown field "spec.sice"');
    const warned = await target.call("POST", `${path}?fieldValidation=Warn`, widget("warned", { size: 1, sice: 2 }));
    expect(warned.status).toBe(201);
    expect(warned.headers["warning"]).toContain('unknown field \\"spec.sice\\"');
  });

  it("need a resourceVersion in a PUT", async () => {
    await target.call("POST", path, widget("put"));
    const { status } = await target.call("PUT", `${path}/put`, widget("put", { size: 4 }));
    expect(status).toBe(422);
  });

  it("take no strategic merge patch", async () => {
    await target.call("POST", path, widget("patched"));
    expect((await target.patch(`${path}/patched`, "strategic-merge", { spec: { size: 4 } })).status).toBe(415);
    expect((await target.patch(`${path}/patched`, "merge", { spec: { size: 4 } })).status).toBe(200);
  });

  it("raise their generation with the spec alone", async () => {
    await target.call("POST", path, widget("counted"));
    const labelled = await target.patch(`${path}/counted`, "merge", { metadata: { labels: { a: "b" } } });
    expect(numberAt(labelled.body, "metadata", "generation")).toBe(1);
    const status = await target.patch(`${path}/counted/status`, "merge", { status: { phase: "Good" } });
    expect(numberAt(status.body, "metadata", "generation")).toBe(1);
    const changed = await target.patch(`${path}/counted`, "merge", { spec: { size: 5 } });
    expect(numberAt(changed.body, "metadata", "generation")).toBe(2);
  });

  it("keep status and the rest apart", async () => {
    const created = await target.call("POST", path, { ...widget("split"), status: { phase: "Early" } });
    expect(created.body).not.toHaveProperty("status");
    const status = await target.patch(`${path}/split/status`, "merge", {
      spec: { size: 9 },
      status: { phase: "Good" },
    });
    expect(numberAt(status.body, "spec", "size")).toBe(3);
    expect(stringAt(status.body, "status", "phase")).toBe("Good");
    const spec = await target.patch(`${path}/split`, "merge", { spec: { size: 9 }, status: { phase: "Bad" } });
    expect(numberAt(spec.body, "spec", "size")).toBe(9);
    expect(stringAt(spec.body, "status", "phase")).toBe("Good");
  });

  it("show their columns in a Table", async () => {
    await target.call("POST", path, widget("columns", { size: 7 }));
    await target.patch(`${path}/columns/status`, "merge", { status: { phase: "Good" } });
    const { body } = await target.call("GET", `${path}/columns`, undefined, {
      headers: { accept: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json" },
    });
    expect(objectsAt(body, "columnDefinitions").map((each) => each["name"])).toEqual(["Name", "Size", "Phase"]);
    expect(valueAt(objectsAt(body, "rows")[0], "cells")).toEqual(["columns", 7, "Good"]);
  });
});

describe("deleting a definition", () => {
  it("takes its objects along, and the resource is gone", async () => {
    const name = `gadgets.${group}`;
    const gadgets = `/apis/${group}/v1/namespaces/${namespace}/gadgets`;
    const made = definition({ metadata: { name } });
    const spec = valueAt(made, "spec");
    await target.call("POST", definitions, {
      ...made,
      spec: { ...(spec as JsonObject), names: { plural: "gadgets", kind: "Gadget" } },
    });
    await expect.poll(async () => (await target.call("GET", gadgets)).status, { timeout: 15_000 }).toBe(200);
    const created = await target.call("POST", gadgets, { ...widget("one"), kind: "Gadget" });
    expect(created.status).toBe(201);
    expect((await target.call("DELETE", `${definitions}/${name}`)).status).toBe(200);
    await expect
      .poll(async () => (await target.call("GET", `${definitions}/${name}`)).status, { timeout: 15_000 })
      .toBe(404);
    await expect.poll(async () => (await target.call("GET", gadgets)).status, { timeout: 15_000 }).toBe(404);
  });
});
