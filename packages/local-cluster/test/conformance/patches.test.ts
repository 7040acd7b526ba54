// The patch types. Also run against real clusters.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  arrayAt,
  numberAt,
  objectsAt,
  stringAt,
  stringsAt,
  valueAt,
  type Json,
  type JsonObject,
} from "../../src/json.ts";
import { openTarget, type Target } from "./target.ts";

let target: Target;
let configMaps: string;
let jobs: string;
let services: string;
let count = 0;

beforeAll(async () => {
  target = await openTarget();
  const namespace = await target.namespace("patches");
  configMaps = `/api/v1/namespaces/${namespace}/configmaps`;
  jobs = `/apis/batch/v1/namespaces/${namespace}/jobs`;
  services = `/api/v1/namespaces/${namespace}/services`;
});
afterAll(async () => target.close());

async function configMap(data: JsonObject, metadata: JsonObject = {}): Promise<string> {
  const name = `patched-${count++}`;
  const made = await target.call("POST", configMaps, {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, ...metadata },
    data,
  });
  expect(made.status).toBe(201);
  return `${configMaps}/${name}`;
}

describe("merge patch", () => {
  it("sets, replaces and, with null, removes", async () => {
    const path = await configMap({ keep: "1", change: "2", drop: "3" });
    const { status, body } = await target.patch(path, "merge", { data: { change: "new", drop: null, add: "4" } });
    expect(status).toBe(200);
    expect(valueAt(body, "data")).toEqual({ keep: "1", change: "new", add: "4" });
  });

  it("with a resourceVersion is conditional", async () => {
    const path = await configMap({ a: "1" });
    const { status } = await target.patch(path, "merge", { metadata: { resourceVersion: "1" }, data: { a: "2" } });
    expect(status).toBe(409);
  });

  it("cannot rename", async () => {
    const path = await configMap({ a: "1" });
    const { status } = await target.patch(path, "merge", { metadata: { name: "other" } });
    expect([400, 422]).toContain(status);
  });

  it("that leaves an invalid object is refused with 422", async () => {
    const path = await configMap({ a: "1" });
    const { status } = await target.patch(path, "merge", { metadata: { labels: { "bad key!": "x" } } });
    expect(status).toBe(422);
  });

  it("of what does not exist is 404", async () => {
    expect((await target.patch(`${configMaps}/none`, "merge", { data: {} })).status).toBe(404);
  });
});

describe("JSON patch", () => {
  const cases: [string, Json, JsonObject][] = [
    ["add", [{ op: "add", path: "/data/b", value: "2" }], { a: "1", b: "2" }],
    ["replace", [{ op: "replace", path: "/data/a", value: "9" }], { a: "9" }],
    [
      "remove",
      [
        { op: "add", path: "/data/b", value: "2" },
        { op: "remove", path: "/data/a" },
      ],
      { b: "2" },
    ],
    ["move", [{ op: "move", from: "/data/a", path: "/data/c" }], { c: "1" }],
    ["copy", [{ op: "copy", from: "/data/a", path: "/data/c" }], { a: "1", c: "1" }],
    [
      "test that holds",
      [
        { op: "test", path: "/data/a", value: "1" },
        { op: "replace", path: "/data/a", value: "2" },
      ],
      { a: "2" },
    ],
  ];
  it.each(cases)("%s", async (_what, patch, expected) => {
    const path = await configMap({ a: "1" });
    const { status, body } = await target.patch(path, "json", patch);
    expect(status).toBe(200);
    expect(valueAt(body, "data")).toEqual(expected);
  });

  it("understands ~1 and ~0 in a path", async () => {
    const path = await configMap({ a: "1" });
    const { body } = await target.patch(path, "json", [
      { op: "add", path: "/metadata/annotations", value: {} },
      { op: "add", path: "/metadata/annotations/example.com~1note", value: "x" },
    ]);
    expect(valueAt(body, "metadata", "annotations")).toEqual({ "example.com/note": "x" });
  });

  const refused: [string, Json, number][] = [
    ["a test that fails", [{ op: "test", path: "/data/a", value: "other" }], 422],
    ["a path that is missing", [{ op: "remove", path: "/data/none" }], 422],
    ["what is no array", { op: "add" }, 400],
  ];
  it.each(refused)("refuses %s", async (_what, patch, status) => {
    const path = await configMap({ a: "1" });
    expect((await target.patch(path, "json", patch)).status).toBe(status);
  });

  it("is all or nothing", async () => {
    const path = await configMap({ a: "1" });
    await target.patch(path, "json", [
      { op: "replace", path: "/data/a", value: "2" },
      { op: "test", path: "/data/a", value: "1" },
    ]);
    expect(stringAt((await target.call("GET", path)).body, "data", "a")).toBe("1");
  });
});

describe("strategic merge patch", () => {
  const job = (name: string): JsonObject => ({
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name },
    spec: {
      suspend: true,
      parallelism: 0,
      template: { spec: { restartPolicy: "Never", containers: [{ name: "main", image: "example.com/none:1" }] } },
    },
  });

  it("merges keyed lists by their key", async () => {
    await target.call("POST", services, {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "keyed" },
      spec: {
        clusterIP: "None",
        ports: [
          { name: "a", port: 80 },
          { name: "b", port: 81 },
        ],
      },
    });
    const { status, body } = await target.patch(`${services}/keyed`, "strategic-merge", {
      spec: {
        ports: [
          { port: 81, name: "renamed" },
          { port: 82, name: "c" },
        ],
      },
    });
    expect(status).toBe(200);
    const ports = objectsAt(body, "spec", "ports").map((port) => `${stringAt(port, "name")}:${numberAt(port, "port")}`);
    expect(ports.toSorted()).toEqual(["a:80", "c:82", "renamed:81"]);
  });

  it("deletes from keyed lists with $patch: delete", async () => {
    await target.call("POST", services, {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "deleted" },
      spec: {
        clusterIP: "None",
        ports: [
          { name: "a", port: 80 },
          { name: "b", port: 81 },
        ],
      },
    });
    const { body } = await target.patch(`${services}/deleted`, "strategic-merge", {
      spec: { ports: [{ $patch: "delete", port: 80 }] },
    });
    expect(objectsAt(body, "spec", "ports").map((port) => port["port"])).toEqual([81]);
  });

  it("adds to and deletes from lists of values", async () => {
    const path = await configMap({ a: "1" }, { finalizers: ["example.com/a", "example.com/b"] });
    const added = await target.patch(path, "strategic-merge", { metadata: { finalizers: ["example.com/c"] } });
    expect(stringsAt(added.body, "metadata", "finalizers").toSorted()).toEqual([
      "example.com/a",
      "example.com/b",
      "example.com/c",
    ]);
    const removed = await target.patch(path, "strategic-merge", {
      metadata: { "$deleteFromPrimitiveList/finalizers": ["example.com/a", "example.com/b", "example.com/c"] },
    });
    expect(arrayAt(removed.body, "metadata", "finalizers")).toEqual([]);
  });

  it("replaces lists that have no key", async () => {
    await target.call("POST", jobs, job("listed"));
    const { status, body } = await target.patch(`${jobs}/listed`, "strategic-merge", {
      spec: { suspend: true, parallelism: 1 },
    });
    expect(status).toBe(200);
    expect(valueAt(body, "spec", "parallelism")).toBe(1);
  });
});

describe("other content types", () => {
  it("are refused with 415", async () => {
    const path = await configMap({ a: "1" });
    const { status } = await target.call("PATCH", path, { data: {} });
    expect(status).toBe(415);
  });
});
