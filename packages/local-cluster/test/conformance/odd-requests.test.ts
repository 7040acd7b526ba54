// Requests that make no sense, or little: refused alike everywhere. Also run against real clusters.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { objectsAt, stringAt, type Json, type JsonObject } from "../../src/json.ts";
import { openTarget, type Target } from "./target.ts";

let target: Target;
let namespace: string;
beforeAll(async () => {
  target = await openTarget();
  namespace = await target.namespace("odd");
  for (const name of ["one", "two"])
    await target.call("POST", `/api/v1/namespaces/${namespace}/configmaps`, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, labels: { odd: "yes" } },
      data: { key: "value" },
    });
});
afterAll(async () => target.close());

interface Odd {
  readonly what: string;
  readonly method?: string;
  /** Below the namespace's config maps. */
  readonly path: string;
  readonly body?: Json;
  readonly type?: string;
  readonly status: number;
  readonly reason?: string;
}

const MERGE = "application/merge-patch+json";
const STRATEGIC = "application/strategic-merge-patch+json";
const JSON_PATCH = "application/json-patch+json";
const FUTURE = "999999999999";
const remove = (more: JsonObject): JsonObject => ({ kind: "DeleteOptions", apiVersion: "v1", ...more });

const ODD: readonly Odd[] = [
  { what: "a limit below zero is none", path: "?limit=-1", status: 200 },
  { what: "a limit that is no number", path: "?limit=some", status: 400, reason: "BadRequest" },
  { what: "a watch's time that is no number", path: "?watch=1&timeoutSeconds=long", status: 400, reason: "BadRequest" },
  { what: "a list of the future", path: `?resourceVersion=${FUTURE}`, status: 504, reason: "Timeout" },
  { what: "an object of the future", path: `/one?resourceVersion=${FUTURE}`, status: 504, reason: "Timeout" },
  { what: "a way to match no version", path: "?resourceVersionMatch=Exact", status: 422, reason: "Invalid" },
  {
    what: "exactly any version",
    path: "?resourceVersionMatch=Exact&resourceVersion=0",
    status: 422,
    reason: "Invalid",
  },
  {
    what: "an unknown way to match versions",
    path: "?resourceVersionMatch=About&resourceVersion=1",
    status: 422,
    reason: "Invalid",
  },
  { what: "a label's value that none can have", path: "?labelSelector=a%3D-b-", status: 400, reason: "BadRequest" },
  { what: "a value in a set that none can have", path: "?labelSelector=a%20in%20(b,-c)", status: 400 },
  { what: "a replacement of all", method: "PUT", path: "", body: {}, status: 405, reason: "MethodNotAllowed" },
  { what: "a patch of all", method: "PATCH", path: "", body: {}, type: MERGE, status: 405, reason: "MethodNotAllowed" },
  { what: "half a dry run", method: "DELETE", path: "/one?dryRun=Some", status: 422, reason: "Invalid" },
  {
    what: "an unknown directive of a strategic patch",
    method: "PATCH",
    path: "/one",
    body: { $patch: "forget" },
    type: STRATEGIC,
    status: 400,
  },
  {
    what: "an unknown operation of a JSON patch",
    method: "PATCH",
    path: "/one",
    body: [{ op: "forget", path: "/data" }],
    type: JSON_PATCH,
    status: 422,
    reason: "Invalid",
  },
  {
    what: "two wishes for what depends on it",
    method: "DELETE",
    path: "/one",
    body: remove({ orphanDependents: true, propagationPolicy: "Orphan" }),
    status: 422,
    reason: "Invalid",
  },
  {
    what: "an unknown wish for what depends on it",
    method: "DELETE",
    path: "/one",
    body: remove({ propagationPolicy: "Sometimes" }),
    status: 422,
    reason: "Invalid",
  },
  { what: "a grace below zero", method: "DELETE", path: "/two?gracePeriodSeconds=-1&dryRun=All", status: 200 },
];

describe("odd requests", () => {
  it.each(ODD)("$what", async ({ method = "GET", path, body, type, status, reason }) => {
    const headers = type === undefined ? {} : { headers: { "content-type": type } };
    const answer = await target.call(method, `/api/v1/namespaces/${namespace}/configmaps${path}`, body, headers);
    const got = { status: answer.status, reason: stringAt(answer.body, "reason") };
    // What confuses a real server it calls a fault of its own.
    if (status === 400 && got.status === 500) return;
    expect(got).toMatchObject(reason === undefined ? { status } : { status, reason });
  });

  it("say by a cause that a version is not reached yet, as clients look for it", async () => {
    const { body } = await target.call("GET", `/api/v1/namespaces/${namespace}/configmaps?resourceVersion=${FUTURE}`);
    expect(objectsAt(body, "details", "causes").map(({ reason }) => reason)).toContain("ResourceVersionTooLarge");
  });

  it("leave everything as it was", async () => {
    const { body } = await target.call("GET", `/api/v1/namespaces/${namespace}/configmaps?labelSelector=odd`);
    expect(objectsAt(body, "items").map(({ data }) => data)).toEqual([{ key: "value" }, { key: "value" }]);
  });

  it("refuse a container that asks for more than its limit", async () => {
    const resources = { requests: { memory: "2Gi" }, limits: { memory: "1Gi" } };
    const spec = { automountServiceAccountToken: false, containers: [{ name: "a", image: "i", resources }] };
    const { status, body } = await target.call("POST", `/api/v1/namespaces/${namespace}/pods`, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "greedy" },
      spec,
    });
    expect([status, stringAt(body, "message")]).toEqual([
      422,
      expect.stringContaining("must be less than or equal to memory limit"),
    ]);
  });

  it("refuse a lease of no time", async () => {
    const { status } = await target.call("POST", `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`, {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { name: "short" },
      spec: { leaseDurationSeconds: 0 },
    });
    expect(status).toBe(422);
  });
});
