// Definitions, schemas, rules and policies where they belong: behind a running API.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Transport, TransportRequest } from "@pilothouse/kubernetes";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LocalCluster, startLocalCluster } from "../../cluster.ts";
import { isJsonObject, type Json, type JsonObject, objectsAt, stringAt } from "../../json.ts";

let cluster: LocalCluster;
let admin: Transport;
let alice: Transport;
const folder = mkdtempSync(path.join(tmpdir(), "local-cluster-policy-"));

interface Answer {
  readonly status: number;
  readonly body: JsonObject;
  readonly warnings: string;
}

async function send(
  transport: Transport,
  method: TransportRequest["method"],
  where: string,
  body?: JsonObject,
): Promise<Answer> {
  const contentType = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  const response = await transport.request({
    method,
    path: where,
    headers: { accept: "application/json", "content-type": contentType },
    ...(body && { body: JSON.stringify(body) }),
  });
  const parts: Uint8Array[] = [];
  for await (const part of response.body) parts.push(part);
  const parsed: unknown = JSON.parse(Buffer.concat(parts).toString("utf8"));
  return {
    status: response.status,
    body: isJsonObject(parsed) ? parsed : {},
    warnings: response.headers["warning"] ?? "",
  };
}

/** Compiled policies follow the store a moment after a write is answered. */
async function eventually(ask: () => Promise<Answer>, isExpected: (answer: Answer) => boolean): Promise<Answer> {
  for (let attempt = 0; ; attempt++) {
    const answer = await ask();
    if (isExpected(answer) || attempt === 50) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const WIDGETS = "/apis/test.dev/v1/namespaces/default/widgets";
const definition: JsonObject = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.test.dev" },
  spec: {
    group: "test.dev",
    scope: "Namespaced",
    names: { plural: "widgets", kind: "Widget" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              spec: {
                type: "object",
                properties: {
                  size: { type: "integer", minimum: 1, default: 1 },
                  owner: {
                    type: "string",
                    "x-kubernetes-validations": [{ rule: "self == oldSelf", message: "is immutable" }],
                  },
                },
              },
              status: { type: "object", properties: { phase: { type: "string", enum: ["New", "Done"] } } },
            },
          },
        },
      },
    ],
  },
};
const widget = (name: string, spec: Json): JsonObject => ({
  apiVersion: "test.dev/v1",
  kind: "Widget",
  metadata: { name },
  spec,
});

beforeAll(async () => {
  cluster = await startLocalCluster({ dataDir: folder, controllers: false });
  admin = cluster.inProcess({ name: "admin", groups: ["system:masters"] });
  alice = cluster.inProcess({ name: "alice", groups: ["system:masters"] });
  await send(admin, "POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition);
  await eventually(
    () => send(admin, "GET", WIDGETS),
    (answer) => answer.status === 200,
  );
});

afterAll(async () => {
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("custom resources", () => {
  it("are pruned, completed and judged", async () => {
    const created = await send(admin, "POST", WIDGETS, widget("one", { owner: "a", unknown: true }));
    expect([created.status, created.body["spec"]]).toEqual([201, { owner: "a", size: 1 }]);
    const refused = await send(admin, "POST", WIDGETS, widget("two", { size: 0 }));
    expect(refused.status).toBe(422);
    expect(refused.body["message"]).toBe(
      'Widget.test.dev "two" is invalid: spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1',
    );
    const strict = await send(admin, "POST", `${WIDGETS}?fieldValidation=Strict`, widget("three", { unknown: true }));
    expect([strict.status, stringAt(strict.body, "message")]).toEqual([
      400,
      expect.stringContaining('unknown field "spec.unknown"'),
    ]);
  });

  it("keep what a rule says may not change", async () => {
    await send(admin, "POST", WIDGETS, widget("kept", { owner: "a" }));
    const changed = await send(admin, "PATCH", `${WIDGETS}/kept`, { spec: { owner: "b" } });
    expect([changed.status, changed.body["message"]]).toEqual([
      422,
      'Widget.test.dev "kept" is invalid: spec.owner: Invalid value: "string": is immutable',
    ]);
    expect((await send(admin, "PATCH", `${WIDGETS}/kept`, { spec: { size: 2 } })).status).toBe(200);
  });

  it("are judged when their status is written, too", async () => {
    await send(admin, "POST", WIDGETS, widget("stated", {}));
    const wrong = await send(admin, "PATCH", `${WIDGETS}/stated/status`, { status: { phase: "Other" } });
    expect([wrong.status, objectsAt(wrong.body, "details", "causes")[0]]).toEqual([
      422,
      {
        reason: "FieldValueNotSupported",
        message: 'Unsupported value: "Other": supported values: "New", "Done"',
        field: "status.phase",
      },
    ]);
    expect((await send(admin, "PATCH", `${WIDGETS}/stated/status`, { status: { phase: "Done" } })).status).toBe(200);
  });

  it("are not defined by a schema that is wrong", async () => {
    const wrong = JSON.parse(
      JSON.stringify(definition).replaceAll("idget", "adget").replace("self ==", "self.x =="),
    ) as JsonObject;
    const answer = await send(admin, "POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", wrong);
    expect(answer.status).toBe(422);
    expect(stringAt(answer.body, "message")).toContain(
      "spec.validation.openAPIV3Schema.properties[spec].properties[owner].x-kubernetes-validations[0].rule",
    );
    expect(stringAt(answer.body, "message")).toContain("compilation failed: ERROR: <input>:1:5");
  });
});

describe("admission policies", () => {
  const POLICIES = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";
  const BINDINGS = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings";
  const policy = (validations: Json): JsonObject => ({
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicy",
    metadata: { name: "own-widgets" },
    spec: {
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: ["test.dev"],
            apiVersions: ["*"],
            operations: ["CREATE", "UPDATE", "DELETE"],
            resources: ["widgets"],
          },
        ],
      },
      validations,
    },
  });

  it("that do not compile are refused with the place", async () => {
    const answer = await send(admin, "POST", POLICIES, policy([{ expression: "object." }]));
    expect(answer.status).toBe(422);
    expect(stringAt(answer.body, "message")).toContain("spec.validations[0].expression");
  });

  it("refuse what they are bound to refuse, from the moment of their binding to that of its end", async () => {
    const own = {
      expression: "(object == null ? oldObject : object).spec.?owner.orValue('') == request.userInfo.username",
      message: "a widget belongs to who makes it",
      reason: "Forbidden",
    };
    const made = await send(admin, "POST", POLICIES, policy([own]));
    expect([made.status, made.body["message"]]).toEqual([201, undefined]);
    expect((await send(alice, "POST", WIDGETS, widget("unbound", { owner: "bob" }))).status).toBe(201);
    const binding = {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: { name: "own-widgets" },
      spec: { policyName: "own-widgets", validationActions: ["Deny"] },
    };
    expect((await send(admin, "POST", BINDINGS, binding)).status).toBe(201);
    const dryRun = (): Promise<Answer> =>
      send(alice, "POST", `${WIDGETS}?dryRun=All`, widget("theirs", { owner: "bob" }));
    const refused = await eventually(dryRun, (answer) => answer.status === 403);
    expect(refused.body).toMatchObject({
      code: 403,
      reason: "Forbidden",
      message: `widgets.test.dev "theirs" is forbidden: ValidatingAdmissionPolicy 'own-widgets' with binding 'own-widgets' denied request: a widget belongs to who makes it`,
    });
    expect((await send(alice, "POST", WIDGETS, widget("mine", { owner: "alice" }))).status).toBe(201);
    expect((await send(admin, "DELETE", `${WIDGETS}/mine`)).status).toBe(403);
    expect((await send(alice, "DELETE", `${WIDGETS}/mine`)).status).toBe(200);
    await send(admin, "PATCH", `${BINDINGS}/own-widgets`, { spec: { validationActions: ["Warn"] } });
    const warned = await eventually(dryRun, (answer) => answer.status === 201);
    expect(warned.warnings).toContain("a widget belongs to who makes it");
    expect((await send(admin, "DELETE", `${BINDINGS}/own-widgets`)).status).toBe(200);
    const free = await eventually(dryRun, (answer) => answer.warnings === "");
    expect(free.status).toBe(201);
  });
});
