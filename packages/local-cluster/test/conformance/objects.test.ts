// Creating, reading, replacing and deleting objects: what every client counts on. Also run against real clusters.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { numberAt, objectsAt, stringAt, valueAt, type JsonObject } from "../../src/json.ts";
import { openTarget, type Target } from "./target.ts";

let target: Target;
let namespace: string;
let configMaps: string;

beforeAll(async () => {
  target = await openTarget();
  namespace = await target.namespace("objects");
  configMaps = `/api/v1/namespaces/${namespace}/configmaps`;
});
afterAll(async () => target.close());

const configMap = (name: string, more: JsonObject = {}): JsonObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name },
  data: { key: "value" },
  ...more,
});

const version = (object: JsonObject): string => stringAt(object, "metadata", "resourceVersion");

describe("create", () => {
  it("answers 201 with what the server fills in", async () => {
    const { status, body } = await target.call("POST", configMaps, configMap("created"));
    expect(status).toBe(201);
    expect(stringAt(body, "metadata", "uid")).toMatch(/^[0-9a-f-]{36}$/);
    expect(stringAt(body, "metadata", "creationTimestamp")).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(Number(version(body))).toBeGreaterThan(0);
    expect(stringAt(body, "metadata", "namespace")).toBe(namespace);
  });

  it("refuses a second object of the same name with 409 AlreadyExists", async () => {
    await target.call("POST", configMaps, configMap("twice"));
    const { status, body } = await target.call("POST", configMaps, configMap("twice"));
    expect(status).toBe(409);
    expect(body).toMatchObject({
      kind: "Status",
      status: "Failure",
      reason: "AlreadyExists",
      message: 'configmaps "twice" already exists',
      details: { name: "twice", kind: "configmaps" },
      code: 409,
    });
  });

  it("makes a name from generateName", async () => {
    const object = configMap("", { metadata: { generateName: "made-" } });
    const names = new Set<string>();
    for (let count = 0; count < 5; count++) {
      const { status, body } = await target.call("POST", configMaps, object);
      expect(status).toBe(201);
      expect(stringAt(body, "metadata", "name")).toMatch(/^made-[a-z0-9]{5}$/);
      names.add(stringAt(body, "metadata", "name"));
    }
    expect(names.size).toBe(5);
  });

  it.each([
    ["no name", { metadata: {} }, "FieldValueRequired", "metadata.name"],
    ["a name that is none", { metadata: { name: "Not_A_Name" } }, "FieldValueInvalid", "metadata.name"],
    [
      "a label that is none",
      { metadata: { name: "a", labels: { "bad key!": "x" } } },
      "FieldValueInvalid",
      "metadata.labels",
    ],
    [
      "a label value that is none",
      { metadata: { name: "a", labels: { key: "no spaces" } } },
      "FieldValueInvalid",
      "metadata.labels",
    ],
  ])("answers 422 for %s and names the field", async (_what, more, reason, field) => {
    const { status, body } = await target.call("POST", configMaps, configMap("x", more));
    expect(status).toBe(422);
    expect(body).toMatchObject({ reason: "Invalid", code: 422, details: { kind: "ConfigMap" } });
    expect(objectsAt(body, "details", "causes")).toContainEqual(expect.objectContaining({ reason, field }));
  });

  it.each([
    ["another kind", { kind: "Secret" }, 400],
    ["another namespace", { metadata: { name: "x", namespace: "elsewhere" } }, 400],
    ["a wrong type", { data: { key: 7 } }, 400],
  ])("refuses %s", async (_what, more, expected) => {
    const { status, body } = await target.call("POST", configMaps, configMap("x", more));
    expect(status).toBe(expected);
    expect(stringAt(body, "reason")).toBe("BadRequest");
  });

  it("refuses a resourceVersion", async () => {
    const { status, body } = await target.call(
      "POST",
      configMaps,
      configMap("x", { metadata: { name: "x", resourceVersion: "1" } }),
    );
    // Kubernetes itself calls this one an internal error; a client can only be told that it is its own.
    expect([400, 500]).toContain(status);
    expect(stringAt(body, "message")).toBe("resourceVersion should not be set on objects to be created");
  });

  it("answers 404 in a namespace that is missing", async () => {
    const { status, body } = await target.call("POST", "/api/v1/namespaces/none-such/configmaps", configMap("x"));
    expect(status).toBe(404);
    expect(stringAt(body, "message")).toBe('namespaces "none-such" not found');
  });

  it("with dryRun=All says what would be, and stores nothing", async () => {
    const { status, body } = await target.call("POST", `${configMaps}?dryRun=All`, configMap("dry"));
    expect(status).toBe(201);
    expect(stringAt(body, "metadata", "uid")).not.toBe("");
    expect((await target.call("GET", `${configMaps}/dry`)).status).toBe(404);
  });

  it("takes YAML too, and refuses what it does not know with 415", async () => {
    const yaml = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: from-yaml}\n";
    const headers = { "content-type": "application/yaml" };
    expect((await target.call("POST", configMaps, yaml, { headers })).status).toBe(201);
    const wrong = await target.call("POST", configMaps, "<a/>", { headers: { "content-type": "text/xml" } });
    expect(wrong.status).toBe(415);
    expect(stringAt(wrong.body, "reason")).toBe("UnsupportedMediaType");
  });
});

describe("get", () => {
  it("answers 404 NotFound with details", async () => {
    const { status, body } = await target.call("GET", `${configMaps}/none`);
    expect(status).toBe(404);
    expect(body).toMatchObject({
      reason: "NotFound",
      message: 'configmaps "none" not found',
      details: { name: "none", kind: "configmaps" },
    });
  });

  it("answers 404 for a resource that is not served", async () => {
    expect((await target.call("GET", "/apis/none.example.com/v1/things")).status).toBe(404);
  });
});

describe("update", () => {
  it("replaces, and gives a higher resourceVersion", async () => {
    const created = (await target.call("POST", configMaps, configMap("replaced"))).body;
    const { status, body } = await target.call("PUT", `${configMaps}/replaced`, { ...created, data: { other: "x" } });
    expect(status).toBe(200);
    expect(valueAt(body, "data")).toEqual({ other: "x" });
    expect(Number(version(body))).toBeGreaterThan(Number(version(created)));
    expect(stringAt(body, "metadata", "uid")).toBe(stringAt(created, "metadata", "uid"));
  });

  it("refuses a stale resourceVersion with 409 Conflict", async () => {
    const created = (await target.call("POST", configMaps, configMap("stale"))).body;
    await target.call("PUT", `${configMaps}/stale`, { ...created, data: { first: "wins" } });
    const { status, body } = await target.call("PUT", `${configMaps}/stale`, { ...created, data: { second: "loses" } });
    expect(status).toBe(409);
    expect(body).toMatchObject({ reason: "Conflict", details: { name: "stale", kind: "configmaps" } });
    expect(stringAt(body, "message")).toBe(
      'Operation cannot be fulfilled on configmaps "stale": the object has been modified; please apply your changes to the latest version and try again',
    );
  });

  it("takes an update without a resourceVersion for the latest", async () => {
    await target.call("POST", configMaps, configMap("unconditional"));
    const { status } = await target.call("PUT", `${configMaps}/unconditional`, configMap("unconditional"));
    expect(status).toBe(200);
  });

  it("does not write when nothing changes", async () => {
    const created = (await target.call("POST", configMaps, configMap("same"))).body;
    const { status, body } = await target.call("PUT", `${configMaps}/same`, created);
    expect(status).toBe(200);
    expect(version(body)).toBe(version(created));
  });

  it("answers 404 for what does not exist, and 400 when the names differ", async () => {
    expect((await target.call("PUT", `${configMaps}/none`, configMap("none"))).status).toBe(404);
    await target.call("POST", configMaps, configMap("named"));
    expect((await target.call("PUT", `${configMaps}/named`, configMap("other"))).status).toBe(400);
  });

  it("keeps what only the server decides", async () => {
    const created = (await target.call("POST", configMaps, configMap("kept"))).body;
    const { body } = await target.call("PUT", `${configMaps}/kept`, {
      ...configMap("kept"),
      metadata: { name: "kept", creationTimestamp: "2001-01-01T00:00:00Z", generation: 77 },
    });
    expect(stringAt(body, "metadata", "creationTimestamp")).toBe(stringAt(created, "metadata", "creationTimestamp"));
  });

  it("refuses another uid with 409", async () => {
    await target.call("POST", configMaps, configMap("uid"));
    const { status } = await target.call("PUT", `${configMaps}/uid`, {
      ...configMap("uid"),
      metadata: { name: "uid", uid: "11111111-2222-3333-4444-555555555555" },
    });
    expect(status).toBe(409);
  });
});

describe("immutable ConfigMaps and Secrets", () => {
  it("refuse a change of data with 422", async () => {
    await target.call("POST", configMaps, configMap("fixed", { immutable: true }));
    const { status } = await target.patch(`${configMaps}/fixed`, "merge", { data: { key: "new" } });
    expect(status).toBe(422);
  });
});

describe("Secrets", () => {
  it("take stringData and show it encoded in data only", async () => {
    const { status, body } = await target.call("POST", `/api/v1/namespaces/${namespace}/secrets`, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "plain" },
      stringData: { password: "opén" },
    });
    expect(status).toBe(201);
    expect(valueAt(body, "data", "password")).toBe(Buffer.from("opén").toString("base64"));
    expect(body).not.toHaveProperty("stringData");
    expect(stringAt(body, "type")).toBe("Opaque");
  });

  it("refuse a change of type", async () => {
    const path = `/api/v1/namespaces/${namespace}/secrets`;
    await target.call("POST", path, { apiVersion: "v1", kind: "Secret", metadata: { name: "typed" } });
    const { status } = await target.patch(`${path}/typed`, "merge", { type: "other/type" });
    expect(status).toBe(422);
  });
});

describe("delete", () => {
  it("answers a Success status and removes", async () => {
    const created = (await target.call("POST", configMaps, configMap("gone"))).body;
    const { status, body } = await target.call("DELETE", `${configMaps}/gone`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      kind: "Status",
      status: "Success",
      details: { name: "gone", kind: "configmaps", uid: stringAt(created, "metadata", "uid") },
    });
    expect((await target.call("GET", `${configMaps}/gone`)).status).toBe(404);
    expect((await target.call("DELETE", `${configMaps}/gone`)).status).toBe(404);
  });

  it("minds preconditions", async () => {
    const created = (await target.call("POST", configMaps, configMap("guarded"))).body;
    const options = (preconditions: JsonObject): JsonObject => ({
      apiVersion: "v1",
      kind: "DeleteOptions",
      preconditions,
    });
    const wrong = await target.call("DELETE", `${configMaps}/guarded`, options({ uid: "not-it" }));
    expect(wrong.status).toBe(409);
    const old = await target.call("DELETE", `${configMaps}/guarded`, options({ resourceVersion: "1" }));
    expect(old.status).toBe(409);
    const right = await target.call(
      "DELETE",
      `${configMaps}/guarded`,
      options({ uid: stringAt(created, "metadata", "uid"), resourceVersion: version(created) }),
    );
    expect(right.status).toBe(200);
  });

  it("waits for finalizers, and goes with the last one", async () => {
    const finalizers = ["example.com/one", "example.com/two"];
    await target.call("POST", configMaps, configMap("held", { metadata: { name: "held", finalizers } }));
    const marked = await target.call("DELETE", `${configMaps}/held`);
    expect(marked.status).toBe(200);
    expect(stringAt(marked.body, "metadata", "deletionTimestamp")).not.toBe("");
    expect(numberAt(marked.body, "metadata", "deletionGracePeriodSeconds")).toBe(0);
    const added = await target.patch(`${configMaps}/held`, "merge", {
      metadata: { finalizers: [...finalizers, "example.com/three"] },
    });
    expect(added.status).toBe(422);
    await target.patch(`${configMaps}/held`, "merge", { metadata: { finalizers: ["example.com/two"] } });
    expect((await target.call("GET", `${configMaps}/held`)).status).toBe(200);
    const last = await target.patch(`${configMaps}/held`, "merge", { metadata: { finalizers: null } });
    expect(last.status).toBe(200);
    expect((await target.call("GET", `${configMaps}/held`)).status).toBe(404);
  });

  it.each([
    ["Foreground", "foregroundDeletion"],
    ["Orphan", "orphan"],
  ])("leaves the order %s to the garbage collector as a finalizer", async (propagationPolicy, finalizer) => {
    const name = `policy-${propagationPolicy.toLowerCase()}`;
    const finalizers = ["example.com/hold"];
    await target.call("POST", configMaps, configMap(name, { metadata: { name, finalizers } }));
    const { body } = await target.call("DELETE", `${configMaps}/${name}`, {
      apiVersion: "v1",
      kind: "DeleteOptions",
      propagationPolicy,
    });
    expect(valueAt(body, "metadata", "finalizers")).toEqual(["example.com/hold", finalizer]);
    await target.patch(`${configMaps}/${name}`, "merge", { metadata: { finalizers: null } });
  });

  it("of a collection takes a selector", async () => {
    for (const [name, team] of [
      ["one", "red"],
      ["two", "red"],
      ["three", "blue"],
    ])
      await target.call(
        "POST",
        configMaps,
        configMap(`all-${name ?? ""}`, { metadata: { name: `all-${name ?? ""}`, labels: { team: team ?? "" } } }),
      );
    const { status } = await target.call("DELETE", `${configMaps}?labelSelector=team%3Dred`);
    expect(status).toBe(200);
    const left = (await target.call("GET", `${configMaps}?labelSelector=team`)).body;
    expect(objectsAt(left, "items").map((item) => stringAt(item, "metadata", "name"))).toEqual(["all-three"]);
  });
});

describe("generation", () => {
  const jobs = (): string => `/apis/batch/v1/namespaces/${namespace}/jobs`;
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

  it("begins at 1 and rises with the spec, not with labels or status", async ({ skip }) => {
    skip(target.minor < 21, "Jobs of this version have no generation");
    const created = await target.call("POST", jobs(), job("counted"));
    expect(created.status).toBe(201);
    expect(numberAt(created.body, "metadata", "generation")).toBe(1);
    const labelled = await target.patch(`${jobs()}/counted`, "merge", { metadata: { labels: { a: "b" } } });
    expect(numberAt(labelled.body, "metadata", "generation")).toBe(1);
    const changed = await target.patch(`${jobs()}/counted`, "merge", { spec: { parallelism: 2 } });
    expect(numberAt(changed.body, "metadata", "generation")).toBe(2);
    const status = await target.patch(`${jobs()}/counted/status`, "merge", { status: { active: 1 } });
    expect(numberAt(status.body, "metadata", "generation")).toBe(2);
  });

  it("a status write cannot touch the spec, nor a spec write the status", async () => {
    await target.call("POST", jobs(), { ...job("split"), status: { active: 9 } });
    const read = await target.call("GET", `${jobs()}/split`);
    expect(numberAt(read.body, "status", "active") ?? 0).toBe(0);
    const status = await target.patch(`${jobs()}/split/status`, "merge", {
      spec: { parallelism: 5 },
      status: { failed: 3 },
    });
    expect(status.status).toBe(200);
    expect(numberAt(status.body, "spec", "parallelism")).toBe(0);
    const spec = await target.patch(`${jobs()}/split`, "merge", { spec: { parallelism: 1 }, status: { failed: 8 } });
    expect(numberAt(spec.body, "spec", "parallelism")).toBe(1);
    expect(numberAt(spec.body, "status", "failed") ?? 0).not.toBe(8);
  });
});

describe("Jobs", () => {
  it("get a selector of their own and its labels on the template", async () => {
    const path = `/apis/batch/v1/namespaces/${namespace}/jobs`;
    const { body } = await target.call("POST", path, {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name: "own-selector" },
      spec: {
        parallelism: 0,
        template: { spec: { restartPolicy: "Never", containers: [{ name: "main", image: "example.com/none:1" }] } },
      },
    });
    const uid = stringAt(body, "metadata", "uid");
    expect(stringAt(body, "spec", "template", "metadata", "labels", "controller-uid")).toBe(uid);
    expect(stringAt(body, "spec", "template", "metadata", "labels", "job-name")).toBe("own-selector");
    expect(Object.values(valueAt(body, "spec", "selector", "matchLabels") ?? {})).toEqual([uid]);
    expect(numberAt(body, "spec", "backoffLimit")).toBe(6);
  });

  it("need a restart policy that ends, and keep their template", async () => {
    const path = `/apis/batch/v1/namespaces/${namespace}/jobs`;
    const job = (restartPolicy: string): JsonObject => ({
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name: "restart" },
      spec: {
        parallelism: 0,
        template: { spec: { restartPolicy, containers: [{ name: "main", image: "example.com/none:1" }] } },
      },
    });
    const always = await target.call("POST", path, job("Always"));
    expect(always.status).toBe(422);
    expect(objectsAt(always.body, "details", "causes").map((cause) => cause["field"])).toContain(
      "spec.template.spec.restartPolicy",
    );
    expect((await target.call("POST", path, job("Never"))).status).toBe(201);
    const changed = await target.patch(`${path}/restart`, "json", [
      { op: "replace", path: "/spec/template/spec/containers/0/image", value: "example.com/other:2" },
    ]);
    expect(changed.status).toBe(422);
    expect(stringAt(changed.body, "message")).toContain("field is immutable");
  });
});

describe("Pods", () => {
  const pods = (): string => `/api/v1/namespaces/${namespace}/pods`;
  const pod = (name: string, spec: JsonObject = {}): JsonObject => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name },
    spec: { schedulerName: "nobody", containers: [{ name: "main", image: "example.com/none:1" }], ...spec },
  });

  it("get their defaults", async () => {
    await serviceAccount();
    const { status, body } = await target.call("POST", pods(), pod("defaults"));
    expect(status).toBe(201);
    expect(body).toMatchObject({
      spec: {
        restartPolicy: "Always",
        dnsPolicy: "ClusterFirst",
        terminationGracePeriodSeconds: 30,
        serviceAccountName: "default",
        containers: [
          {
            name: "main",
            imagePullPolicy: "IfNotPresent",
            terminationMessagePath: "/dev/termination-log",
            terminationMessagePolicy: "File",
            resources: {},
          },
        ],
      },
      status: { phase: "Pending", qosClass: "BestEffort" },
    });
  });

  it("keep their spec but for the image", async () => {
    await serviceAccount();
    await target.call("POST", pods(), pod("fixed"));
    const image = await target.patch(`${pods()}/fixed`, "json", [
      { op: "replace", path: "/spec/containers/0/image", value: "example.com/other:2" },
    ]);
    expect(image.status).toBe(200);
    const name = await target.patch(`${pods()}/fixed`, "json", [
      { op: "add", path: "/spec/containers/0/command", value: ["sh"] },
    ]);
    expect(name.status).toBe(422);
    expect(objectsAt(name.body, "details", "causes")[0]).toMatchObject({
      reason: "FieldValueForbidden",
      field: "spec",
    });
  });

  it.each([
    ["no container", { containers: [] }, "spec.containers"],
    ["no image", { containers: [{ name: "a" }] }, "spec.containers[0].image"],
    [
      "two of one name",
      {
        containers: [
          { name: "a", image: "i" },
          { name: "a", image: "i" },
        ],
      },
      "spec.containers[1].name",
    ],
    [
      "a mount of no volume",
      { containers: [{ name: "a", image: "i", volumeMounts: [{ name: "none", mountPath: "/x" }] }] },
      "spec.containers[0].volumeMounts[0].name",
    ],
  ])("with %s are refused", async (_what, spec, field) => {
    await serviceAccount();
    const { status, body } = await target.call("POST", pods(), pod("wrong", spec));
    expect(status).toBe(422);
    expect(objectsAt(body, "details", "causes").map((cause) => cause["field"])).toContain(field);
  });

  it("without a node go at once when deleted", async () => {
    await serviceAccount();
    await target.call("POST", pods(), pod("unplaced"));
    expect((await target.call("DELETE", `${pods()}/unplaced`)).status).toBe(200);
    expect((await target.call("GET", `${pods()}/unplaced`)).status).toBe(404);
  });

  it("on a node wait for it to end them; a second deletion can hurry", async () => {
    await serviceAccount();
    await target.call("POST", pods(), pod("placed", { nodeName: "no-such-node" }));
    const marked = await target.call("DELETE", `${pods()}/placed`);
    expect(marked.status).toBe(200);
    expect(numberAt(marked.body, "metadata", "deletionGracePeriodSeconds")).toBe(30);
    await target.call("DELETE", `${pods()}/placed?gracePeriodSeconds=0`);
    expect((await target.call("GET", `${pods()}/placed`)).status).toBe(404);
  });

  it("are bound to a node once", async () => {
    await serviceAccount();
    await target.call("POST", pods(), pod("bound"));
    const binding: JsonObject = {
      apiVersion: "v1",
      kind: "Binding",
      metadata: { name: "bound" },
      target: { apiVersion: "v1", kind: "Node", name: "no-such-node" },
    };
    expect((await target.call("POST", `${pods()}/bound/binding`, binding)).status).toBe(201);
    const read = (await target.call("GET", `${pods()}/bound`)).body;
    expect(stringAt(read, "spec", "nodeName")).toBe("no-such-node");
    expect((await target.call("POST", `${pods()}/bound/binding`, binding)).status).toBe(409);
    await target.call("DELETE", `${pods()}/bound?gracePeriodSeconds=0`);
  });

  /** A new namespace gets its account from a controller, a moment later. */
  async function serviceAccount(): Promise<void> {
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/default`;
    await expect.poll(async () => (await target.call("GET", path)).status, { timeout: 10_000 }).toBe(200);
  }
});
