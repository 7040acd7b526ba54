// Who may do what: tokens, RBAC, escalation, reviews. Also run against real clusters.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { objectsAt, stringAt, stringsAt, valueAt, type Json, type JsonObject } from "../../src/json.ts";
import { eventually, openTarget, type Answer, type Target } from "./target.ts";

let target: Target;
let namespace: string;
const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const API_GROUP = "rbac.authorization.k8s.io";
let count = 0;

beforeAll(async () => {
  target = await openTarget();
  namespace = await target.namespace("access");
});
afterAll(async () => target.close());

interface Account {
  readonly name: string;
  readonly token: string;
  call(method: string, path: string, body?: Json): Promise<Answer>;
}

async function account(rules: readonly JsonObject[] = []): Promise<Account> {
  const name = `account-${count++}`;
  const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  await target.call("POST", accounts, { apiVersion: "v1", kind: "ServiceAccount", metadata: { name } });
  const requested = await target.call("POST", `${accounts}/${name}/token`, {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    spec: { expirationSeconds: 600 },
  });
  expect(requested.status).toBe(201);
  const token = stringAt(requested.body, "status", "token");
  if (rules.length > 0) {
    await target.call("POST", `${RBAC}/namespaces/${namespace}/roles`, role(name, rules));
    await target.call("POST", `${RBAC}/namespaces/${namespace}/rolebindings`, binding(name, "Role", name, name));
  }
  const self: Account = { name, token, call: (method, path, body) => target.call(method, path, body, { token }) };
  // A real authorizer learns of a binding a moment after it was made.
  const [first] = rules;
  if (first !== undefined) {
    const probe = { verb: stringsAt(first, "verbs")[0] ?? "", group: stringsAt(first, "apiGroups")[0] ?? "" };
    const [resource = "", subresource = ""] = (stringsAt(first, "resources")[0] ?? "").split("/");
    const attributes = { ...probe, resource, subresource, namespace, name: stringsAt(first, "resourceNames")[0] ?? "" };
    await eventually("the binding holds", async () => allowed(self, attributes), 5000);
  }
  return self;
}

async function allowed(who: Account, resourceAttributes: JsonObject): Promise<boolean> {
  const { body } = await who.call("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SelfSubjectAccessReview",
    spec: { resourceAttributes },
  });
  return valueAt(body, "status", "allowed") === true;
}

const role = (name: string, rules: readonly JsonObject[]): JsonObject => ({
  apiVersion: `${API_GROUP}/v1`,
  kind: "Role",
  metadata: { name },
  rules: [...rules],
});
const binding = (name: string, kind: string, roleName: string, accountName: string): JsonObject => ({
  apiVersion: `${API_GROUP}/v1`,
  kind: "RoleBinding",
  metadata: { name },
  roleRef: { apiGroup: API_GROUP, kind, name: roleName },
  subjects: [{ kind: "ServiceAccount", name: accountName, namespace }],
});
const rule = (verbs: string[], resources: string[], more: JsonObject = {}): JsonObject => ({
  verbs,
  apiGroups: [""],
  resources,
  ...more,
});
const pathOf = (plural: string): string => `/api/v1/namespaces/${namespace}/${plural}`;

describe("authentication", () => {
  it("refuses a token that is none with 401", async () => {
    const { status, body } = await target.call("GET", "/api/v1/namespaces", undefined, { token: "nonsense" });
    expect(status).toBe(401);
    expect(body).toMatchObject({ kind: "Status", reason: "Unauthorized", code: 401 });
  });

  it("knows a ServiceAccount by its token until the account is deleted", async () => {
    const someone = await account([rule(["list"], ["configmaps"])]);
    expect((await someone.call("GET", pathOf("configmaps"))).status).toBe(200);
    await target.call("DELETE", `${pathOf("serviceaccounts")}/${someone.name}`);
    await expect
      .poll(async () => (await someone.call("GET", pathOf("configmaps"))).status, { timeout: 20_000 })
      .toBe(401);
  });

  it("a token for another audience opens nothing here, but TokenReview says for whom it is", async () => {
    const name = (await account()).name;
    const requested = await target.call("POST", `${pathOf("serviceaccounts")}/${name}/token`, {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: { audiences: ["somebody-else"] },
    });
    const token = stringAt(requested.body, "status", "token");
    expect((await target.call("GET", "/api", undefined, { token })).status).toBe(401);
    const review = async (audiences: string[]): Promise<JsonObject> =>
      (
        await target.call("POST", "/apis/authentication.k8s.io/v1/tokenreviews", {
          apiVersion: "authentication.k8s.io/v1",
          kind: "TokenReview",
          spec: { token, audiences },
        })
      ).body;
    expect(valueAt(await review(["somebody-else"]), "status")).toMatchObject({
      authenticated: true,
      audiences: ["somebody-else"],
      user: { username: `system:serviceaccount:${namespace}:${name}` },
    });
    expect(valueAt(await review(["a-third"]), "status", "authenticated") ?? false).toBe(false);
  });

  it("a token bound to a pod dies with it", async () => {
    const someone = await account();
    const pod = await target.call("POST", pathOf("pods"), {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: `pod-${someone.name}` },
      spec: {
        schedulerName: "nobody",
        serviceAccountName: someone.name,
        containers: [{ name: "a", image: "example.com/none:1" }],
      },
    });
    expect(pod.status).toBe(201);
    const requested = await target.call("POST", `${pathOf("serviceaccounts")}/${someone.name}/token`, {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: { boundObjectRef: { kind: "Pod", apiVersion: "v1", name: `pod-${someone.name}` } },
    });
    const token = stringAt(requested.body, "status", "token");
    expect((await target.call("GET", "/api", undefined, { token })).status).toBe(200);
    await target.call("DELETE", `${pathOf("pods")}/pod-${someone.name}?gracePeriodSeconds=0`);
    await expect
      .poll(async () => (await target.call("GET", "/api", undefined, { token })).status, { timeout: 20_000 })
      .toBe(401);
  });

  it("tells who one is", async ({ skip }) => {
    skip(target.minor < 28, "this version has no SelfSubjectReview");
    const someone = await account();
    const { status, body } = await someone.call("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", {
      apiVersion: "authentication.k8s.io/v1",
      kind: "SelfSubjectReview",
    });
    expect(status).toBe(201);
    expect(stringAt(body, "status", "userInfo", "username")).toBe(`system:serviceaccount:${namespace}:${someone.name}`);
    expect(stringsAt(body, "status", "userInfo", "groups")).toEqual(
      expect.arrayContaining(["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"]),
    );
  });
});

describe("authorization", () => {
  it("refuses with 403 and says who, what and where", async () => {
    const nobody = await account();
    const { status, body } = await nobody.call("GET", `${pathOf("secrets")}/x`);
    expect(status).toBe(403);
    expect(body).toMatchObject({
      reason: "Forbidden",
      message: `secrets "x" is forbidden: User "system:serviceaccount:${namespace}:${nobody.name}" cannot get resource "secrets" in API group "" in the namespace "${namespace}"`,
    });
  });

  it("goes by verb, resource and subresource", async () => {
    const reader = await account([rule(["get", "list"], ["configmaps"]), rule(["get"], ["pods/log"])]);
    expect((await reader.call("GET", pathOf("configmaps"))).status).toBe(200);
    expect((await reader.call("DELETE", `${pathOf("configmaps")}/x`)).status).toBe(403);
    expect((await reader.call("GET", `${pathOf("pods")}/x/log`)).status).toBe(404);
    expect((await reader.call("GET", `${pathOf("pods")}/x`)).status).toBe(403);
    expect((await reader.call("GET", "/api/v1/configmaps")).status).toBe(403);
  });

  it("by name holds for get, and for a list that asks for that name alone", async () => {
    const named = await account([rule(["get", "list", "watch"], ["configmaps"], { resourceNames: ["mine"] })]);
    expect((await named.call("GET", `${pathOf("configmaps")}/mine`)).status).toBe(404);
    expect((await named.call("GET", `${pathOf("configmaps")}/other`)).status).toBe(403);
    expect((await named.call("GET", pathOf("configmaps"))).status).toBe(403);
    expect((await named.call("GET", `${pathOf("configmaps")}?fieldSelector=metadata.name%3Dmine`)).status).toBe(200);
    expect((await named.call("GET", `${pathOf("configmaps")}?fieldSelector=metadata.name%3Dother`)).status).toBe(403);
  });

  it("lets everybody who is known discover and ask about themselves", async () => {
    const nobody = await account();
    expect((await nobody.call("GET", "/apis")).status).toBe(200);
    expect(await allowed(nobody, { verb: "get", resource: "pods", namespace })).toBe(false);
    const rules = await nobody.call("POST", "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectRulesReview",
      spec: { namespace },
    });
    expect(rules.status).toBe(201);
    expect(objectsAt(rules.body, "status", "resourceRules").flatMap((each) => stringsAt(each, "resources"))).toContain(
      "selfsubjectaccessreviews",
    );
  });

  it("follows a binding that goes away", async () => {
    const someone = await account([rule(["list"], ["configmaps"])]);
    await target.call("DELETE", `${RBAC}/namespaces/${namespace}/rolebindings/${someone.name}`);
    await expect
      .poll(async () => (await someone.call("GET", pathOf("configmaps"))).status, { timeout: 5000 })
      .toBe(403);
  });

  it("answers a SubjectAccessReview about anybody", async () => {
    const { body } = await target.call("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SubjectAccessReview",
      spec: { user: "somebody", groups: ["system:masters"], resourceAttributes: { verb: "get", resource: "pods" } },
    });
    expect(valueAt(body, "status", "allowed")).toBe(true);
  });
});

describe("granting", () => {
  const manage = (...more: string[]): JsonObject => ({
    verbs: ["create", "get", "update", ...more],
    apiGroups: [API_GROUP],
    resources: ["roles", "rolebindings"],
  });

  it("takes holding what one grants", async () => {
    const granter = await account([manage(), rule(["get"], ["configmaps"])]);
    const roles = `${RBAC}/namespaces/${namespace}/roles`;
    const held = await granter.call("POST", roles, role(`held-${count++}`, [rule(["get"], ["configmaps"])]));
    expect(held.status).toBe(201);
    const more = await granter.call("POST", roles, role(`more-${count++}`, [rule(["get"], ["secrets"])]));
    expect(more.status).toBe(403);
    expect(stringAt(more.body, "message")).toContain("is attempting to grant RBAC permissions not currently held");
  });

  it("or escalate", async () => {
    const granter = await account([manage("escalate")]);
    const made = await granter.call(
      "POST",
      `${RBAC}/namespaces/${namespace}/roles`,
      role(`escalated-${count++}`, [rule(["*"], ["*"])]),
    );
    expect(made.status).toBe(201);
  });

  it("binding a role takes holding its rules, or bind", async () => {
    const plain = await account([manage()]);
    const bindings = `${RBAC}/namespaces/${namespace}/rolebindings`;
    const refused = await plain.call("POST", bindings, binding(`bound-${count++}`, "ClusterRole", "view", plain.name));
    expect(refused.status).toBe(403);
    const binder = await account([
      manage(),
      { verbs: ["bind"], apiGroups: [API_GROUP], resources: ["clusterroles"], resourceNames: ["view"] },
    ]);
    const bound = await binder.call("POST", bindings, binding(`bound-${count++}`, "ClusterRole", "view", plain.name));
    expect(bound.status).toBe(201);
    const other = await binder.call("POST", bindings, binding(`bound-${count++}`, "ClusterRole", "edit", plain.name));
    expect(other.status).toBe(403);
  });

  it("a binding's role cannot be changed", async () => {
    const bindings = `${RBAC}/namespaces/${namespace}/rolebindings`;
    const name = `fixed-${count++}`;
    await target.call("POST", bindings, binding(name, "ClusterRole", "view", "someone"));
    const { status } = await target.patch(`${bindings}/${name}`, "merge", { roleRef: { name: "edit" } });
    expect(status).toBe(422);
  });
});

describe("aggregated ClusterRoles", () => {
  it("take in the rules of the roles that their selectors pick", async () => {
    const name = `aggregated-${Date.now()}`;
    const clusterRoles = `${RBAC}/clusterroles`;
    const clusterRole = (roleName: string, more: JsonObject): JsonObject => ({
      apiVersion: `${API_GROUP}/v1`,
      kind: "ClusterRole",
      metadata: { name: roleName },
      ...more,
    });
    await target.call(
      "POST",
      clusterRoles,
      clusterRole(name, { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [name]: "yes" } }] } }),
    );
    const part = clusterRole(`${name}-part`, { rules: [rule(["get"], ["configmaps"])] });
    await target.call("POST", clusterRoles, { ...part, metadata: { name: `${name}-part`, labels: { [name]: "yes" } } });
    await expect
      .poll(async () => objectsAt((await target.call("GET", `${clusterRoles}/${name}`)).body, "rules"), {
        timeout: 10_000,
      })
      .toEqual([rule(["get"], ["configmaps"])]);
    for (const each of [name, `${name}-part`]) await target.call("DELETE", `${clusterRoles}/${each}`);
  });
});

describe("namespaces", () => {
  it("that are being deleted take nothing new", async () => {
    const doomed = await target.namespace("doomed");
    const held = `/api/v1/namespaces/${doomed}/configmaps`;
    await target.call("POST", held, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "held", finalizers: ["example.com/hold"] },
    });
    const deleted = await target.call("DELETE", `/api/v1/namespaces/${doomed}`);
    expect(deleted.status).toBe(200);
    expect(stringAt(deleted.body, "status", "phase")).toBe("Terminating");
    const late = await target.call("POST", held, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "late" } });
    expect(late.status).toBe(403);
    expect(objectsAt(late.body, "details", "causes")).toContainEqual(
      expect.objectContaining({ reason: "NamespaceTerminating" }),
    );
    await target.patch(`${held}/held`, "merge", { metadata: { finalizers: null } });
  });
});
