// Server-side apply: ownership of fields, conflicts, force, and taking back what is no longer wished for.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { objectsAt, stringAt, valueAt, type Json, type JsonObject } from "../../src/json.ts";
import { openTarget, type Answer, type Target } from "./target.ts";

let target: Target;
let namespace: string;
let count = 0;

beforeAll(async () => {
  target = await openTarget();
  namespace = await target.namespace("apply");
});
afterAll(async () => target.close());
beforeEach(({ skip }) => skip(target.minor < 22, "server-side apply is not settled in this version"));

const apply = (path: string, body: Json, manager: string, more = ""): Promise<Answer> =>
  target.patch(`${path}?fieldManager=${manager}${more}`, "apply", body);

function configMap(): { path: string; with: (data: JsonObject, metadata?: JsonObject) => JsonObject } {
  const name = `applied-${count++}`;
  return {
    path: `/api/v1/namespaces/${namespace}/configmaps/${name}`,
    with: (data, metadata = {}) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, ...metadata }, data }),
  };
}

const managers = (object: JsonObject): string[] =>
  objectsAt(object, "metadata", "managedFields").map(
    (each) => `${stringAt(each, "manager")} ${stringAt(each, "operation")}`,
  );

describe("apply", () => {
  it("creates what is missing with 201, and owns what it names", async () => {
    const { path, with: object } = configMap();
    const { status, body } = await apply(path, object({ a: "1" }, { labels: { team: "red" } }), "alice");
    expect(status).toBe(201);
    expect(objectsAt(body, "metadata", "managedFields")[0]).toMatchObject({
      manager: "alice",
      operation: "Apply",
      apiVersion: "v1",
      fieldsType: "FieldsV1",
      fieldsV1: { "f:data": { "f:a": {} }, "f:metadata": { "f:labels": { "f:team": {} } } },
    });
  });

  it("again, the same, writes nothing", async () => {
    const { path, with: object } = configMap();
    const first = await apply(path, object({ a: "1" }), "alice");
    const second = await apply(path, object({ a: "1" }), "alice");
    expect(second.status).toBe(200);
    expect(stringAt(second.body, "metadata", "resourceVersion")).toBe(
      stringAt(first.body, "metadata", "resourceVersion"),
    );
  });

  it("takes away what it no longer names, unless somebody else does", async () => {
    const { path, with: object } = configMap();
    await apply(path, object({ mine: "1", ours: "2" }), "alice");
    await apply(path, object({ ours: "2" }), "bob");
    const { body } = await apply(path, object({ other: "3" }), "alice");
    expect(valueAt(body, "data")).toEqual({ ours: "2", other: "3" });
  });

  it("refuses to overrule another manager with 409, and says whom and where", async () => {
    const { path, with: object } = configMap();
    await apply(path, object({ a: "1", b: "1" }), "alice");
    const { status, body } = await apply(path, object({ a: "2" }), "bob");
    expect(status).toBe(409);
    expect(body).toMatchObject({
      reason: "Conflict",
      message: 'Apply failed with 1 conflict: conflict with "alice" using v1: .data.a',
      details: {
        causes: [{ reason: "FieldManagerConflict", message: 'conflict with "alice" using v1', field: ".data.a" }],
      },
    });
  });

  it("overrules with force, and takes the field over", async () => {
    const { path, with: object } = configMap();
    await apply(path, object({ a: "1", b: "1" }), "alice");
    const forced = await apply(path, object({ a: "2" }), "bob", "&force=true");
    expect(forced.status).toBe(200);
    expect(valueAt(forced.body, "data")).toEqual({ a: "2", b: "1" });
    const back = await apply(path, object({ a: "1", b: "1" }), "alice");
    expect(back.status).toBe(409);
  });

  it("two managers may agree on a value", async () => {
    const { path, with: object } = configMap();
    await apply(path, object({ a: "1" }), "alice");
    const { status, body } = await apply(path, object({ a: "1" }), "bob");
    expect(status).toBe(200);
    expect(managers(body).toSorted()).toEqual(["alice Apply", "bob Apply"]);
  });

  it("conflicts with a later update by other means", async () => {
    const { path, with: object } = configMap();
    await apply(path, object({ a: "1" }), "alice");
    await target.patch(`${path}?fieldManager=editor`, "merge", { data: { a: "2" } });
    const { status, body } = await apply(path, object({ a: "1" }), "alice");
    expect(status).toBe(409);
    expect(stringAt(body, "message")).toContain('conflict with "editor"');
  });

  it("merges keyed lists by key and sets by value", async () => {
    const name = `service-${count++}`;
    const path = `/api/v1/namespaces/${namespace}/services/${name}`;
    const service = (ports: Json, finalizers: Json): JsonObject => ({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, finalizers },
      spec: { clusterIP: "None", ports },
    });
    await apply(path, service([{ name: "a", port: 80, protocol: "TCP" }], ["example.com/a"]), "alice");
    const { status, body } = await apply(
      path,
      service([{ name: "b", port: 81, protocol: "TCP" }], ["example.com/b"]),
      "bob",
    );
    expect(status).toBe(200);
    expect(objectsAt(body, "spec", "ports").map((port) => port["port"])).toEqual([80, 81]);
    expect(valueAt(body, "metadata", "finalizers")).toEqual(["example.com/a", "example.com/b"]);
    const without = await apply(path, service([], []), "alice");
    expect(objectsAt(without.body, "spec", "ports").map((port) => port["port"])).toEqual([81]);
    expect(valueAt(without.body, "metadata", "finalizers")).toEqual(["example.com/b"]);
    await target.patch(path, "merge", { metadata: { finalizers: null } });
  });

  it("needs a field manager, and takes no managedFields", async () => {
    const { path, with: object } = configMap();
    const nobody = await target.patch(path, "apply", object({}));
    expect([400, 422]).toContain(nobody.status);
    const managed = await apply(path, object({}, { managedFields: [{ manager: "x" }] }), "alice");
    expect(managed.status).toBe(400);
  });

  it("of the status goes through its subresource and leaves the rest alone", async () => {
    const name = `job-${count++}`;
    const path = `/apis/batch/v1/namespaces/${namespace}/jobs/${name}`;
    const head = { apiVersion: "batch/v1", kind: "Job", metadata: { name } };
    const spec = {
      suspend: true,
      parallelism: 0,
      template: { spec: { restartPolicy: "Never", containers: [{ name: "main", image: "example.com/none:1" }] } },
    };
    expect((await apply(path, { ...head, spec, status: { failed: 9 } }, "alice")).status).toBe(201);
    const { status, body } = await apply(
      `${path}/status`,
      { ...head, spec: { parallelism: 7 }, status: { failed: 2 } },
      "controller",
    );
    expect(status).toBe(200);
    expect(valueAt(body, "status", "failed")).toBe(2);
    expect(valueAt(body, "spec", "parallelism")).toBe(0);
    expect(managers(body)).toEqual(expect.arrayContaining(["alice Apply", "controller Apply"]));
  });
});
