import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../json.ts";
import {
  compileBinding,
  compilePolicy,
  decide,
  denialCode,
  denialText,
  type PolicyCluster,
  type PolicyDecision,
  type PolicyRequest,
} from "./index.ts";

const cluster: PolicyCluster = {
  namespace: (name) =>
    name === "team-a"
      ? { metadata: { name, labels: { "pilothouse.dev/managed": "true" } }, status: { phase: "Active" } }
      : { metadata: { name } },
  authorize: (user, attributes) => ({
    allowed: user.username === "admin" || (attributes.kind === "resource" && attributes.name === "own"),
    reason: `asked to ${attributes.verb}`,
  }),
  find: (_apiVersion, kind, namespace, name) =>
    [
      { metadata: { name: "strict", namespace: "team-a", labels: { tier: "gold" } }, data: { max: "3" } },
      { metadata: { name: "loose", namespace: "team-a" }, data: { max: "30" } },
    ].filter(
      (object) =>
        kind === "ConfigMap" &&
        object.metadata.namespace === namespace &&
        (name === undefined || object.metadata.name === name),
    ),
};

const request: PolicyRequest = {
  operation: "CREATE",
  kind: { group: "pilothouse.dev", version: "v1alpha1", kind: "AgenticSession" },
  resource: { group: "pilothouse.dev", version: "v1alpha1", resource: "agenticsessions" },
  subResource: "",
  name: "one",
  namespace: "team-a",
  user: { username: "alice", groups: ["system:authenticated", "devs"] },
  dryRun: false,
  object: {
    metadata: { name: "one", labels: { kind: "chat" } },
    spec: { replicas: 5, userContext: { userId: "alice" } },
  },
  oldObject: undefined,
};

const RULE: JsonObject = {
  operations: ["CREATE", "UPDATE"],
  apiGroups: ["pilothouse.dev"],
  apiVersions: ["*"],
  resources: ["agenticsessions"],
};
const policy = (spec: JsonObject): JsonObject => ({
  metadata: { name: "p" },
  spec: { matchConstraints: { resourceRules: [RULE] }, ...spec },
});
const bound = (spec: JsonObject = {}): JsonObject => ({
  metadata: { name: "b" },
  spec: { policyName: "p", validationActions: ["Deny"], ...spec },
});
const ask = (spec: JsonObject, binding: JsonObject = {}, change: Partial<PolicyRequest> = {}): PolicyDecision =>
  decide(
    [{ policy: compilePolicy(policy(spec)), bindings: [compileBinding(bound(binding))] }],
    { ...request, ...change },
    cluster,
  );
/** Whether a policy of this one expression lets the request pass. */
const passes = (expression: string, change: Partial<PolicyRequest> = {}): boolean =>
  ask({ validations: [{ expression }] }, {}, change).denial === undefined;
const validating = (expression: string): JsonObject => ({ validations: [{ expression }] });

describe("expressions of a policy", () => {
  it.each<[string, Partial<PolicyRequest>]>([
    ["object.spec.userContext.userId == request.userInfo.username", {}],
    ["oldObject == null && request.operation == 'CREATE'", {}],
    [
      "object == null && oldObject.metadata.name == 'one'",
      { object: undefined, oldObject: request.object, operation: "UPDATE" },
    ],
    ["'devs' in request.userInfo.groups && !has(request.userInfo.uid)", {}],
    [
      "request.userInfo.extra['scopes'].exists(s, s == 'read')",
      { user: { ...request.user, extra: { scopes: ["read"] } } },
    ],
    ["request.kind.kind == 'AgenticSession' && request.resource.resource == 'agenticsessions'", {}],
    ["!has(request.subResource) && request.name == 'one' && request.namespace == 'team-a' && !request.dryRun", {}],
    ["namespaceObject.metadata.labels['pilothouse.dev/managed'] == 'true'", {}],
    ["namespaceObject == null && !has(request.namespace)", { namespace: "" }],
    ["authorizer.group('').resource('secrets').namespace('team-a').name('own').check('get').allowed()", {}],
    ["!authorizer.group('').resource('secrets').check('get').allowed()", {}],
    ["authorizer.requestResource.check('approve').reason() == 'asked to approve'", {}],
    ["!authorizer.path('/metrics').check('get').allowed()", {}],
    [
      "!authorizer.serviceAccount('team-a', 'x').group('apps').resource('deployments').subresource('scale').check('get').errored()",
      {},
    ],
    [
      "request.userInfo.username.startsWith('system:serviceaccount:' + request.namespace + ':')",
      { user: { username: "system:serviceaccount:team-a:x", groups: [] } },
    ],
  ])("%s", (expression, change) => {
    expect(ask(validating(expression), {}, change).denial).toBeUndefined();
    expect(ask(validating(`!(${expression})`), {}, change).denial?.message).toBe(`failed expression: !(${expression})`);
  });

  it("may define variables that use those before them", () => {
    const variables = [
      { name: "replicas", expression: "object.spec.replicas" },
      { name: "isMany", expression: "variables.replicas > 3" },
    ];
    expect(ask({ variables, ...validating("!variables.isMany") }).denial?.message).toBe(
      "failed expression: !variables.isMany",
    );
    const wrong = [
      { name: "early", expression: "variables.late" },
      { name: "late", expression: "1" },
    ];
    expect(compilePolicy(policy({ variables: wrong })).issues).toMatchObject([
      { field: "spec.variables[0].expression", detail: expect.stringContaining("undefined field 'late'") },
    ]);
  });

  it("a variable that cannot be computed fails only what reads it", () => {
    const variables = [{ name: "missing", expression: "object.spec.missing" }];
    expect(ask({ variables, ...validating("true") }).denial).toBeUndefined();
    expect(ask({ variables, ...validating("variables.missing == 1") }).denial?.message).toBe(
      `expression 'variables.missing == 1' resulted in error: composited variable "missing" fails to evaluate: no such key: missing`,
    );
  });
});

describe("a refusal", () => {
  it("names policy, binding and message, and has the status of its reason", () => {
    const validations = [{ expression: "false", message: "not today", reason: "Forbidden" }];
    const { denial } = ask({ validations });
    expect(denial && denialText(denial)).toBe(
      "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: not today",
    );
    expect(denialCode(denial?.reason ?? "")).toBe(403);
    expect(denialCode(ask(validating("false")).denial?.reason ?? "")).toBe(422);
  });

  it("may build its message from the request", () => {
    const messageExpression = "object.metadata.name + ' has ' + string(object.spec.replicas) + ' replicas'";
    const validations = [{ expression: "object.spec.replicas < 3", message: "too many", messageExpression }];
    expect(ask({ validations }).denial?.message).toBe("one has 5 replicas");
    expect(ask({ validations }, {}, { object: { spec: { replicas: 4 } } }).denial?.message).toBe("too many");
  });

  it("is a warning or a note when the binding says so", () => {
    const decision = ask(validating("false"), { validationActions: ["Warn", "Audit"] });
    expect(decision.denial).toBeUndefined();
    expect(decision.warnings).toEqual([
      "Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': failed expression: false",
    ]);
    expect(
      JSON.parse(decision.auditAnnotations["validation.policy.admission.k8s.io/validation_failure"] ?? ""),
    ).toEqual([
      { message: "failed expression: false", policy: "p", binding: "b", validationActions: ["Warn", "Audit"] },
    ]);
  });

  it("leaves audit annotations of its own", () => {
    const auditAnnotations = [
      { key: "replicas", valueExpression: "string(object.spec.replicas)" },
      { key: "nothing", valueExpression: "object.spec.replicas > 9 ? dyn('many') : dyn(null)" },
    ];
    expect(ask({ auditAnnotations }).auditAnnotations).toEqual({ "p/replicas": "5" });
  });
});

describe("errors", () => {
  const failing = "object.spec.missing == 1";

  it("refuse, unless the policy says to ignore them", () => {
    expect(ask(validating(failing)).denial?.message).toBe(
      `expression '${failing}' resulted in error: no such key: missing`,
    );
    expect(ask({ failurePolicy: "Ignore", ...validating(failing) }).denial).toBeUndefined();
    expect(ask({ failurePolicy: "Ignore", ...validating("false") }).denial).toBeDefined();
  });

  it("of a policy that does not compile refuse what it matches, and nothing else", () => {
    const broken = validating("object.");
    expect(ask(broken).denial?.message).toContain(
      "failed to configure policy: spec.validations[0].expression: compilation failed",
    );
    expect(ask(broken, {}, { operation: "DELETE" }).denial).toBeUndefined();
    expect(ask({ failurePolicy: "Ignore", ...broken }).denial).toBeUndefined();
  });

  it("in a condition do not matter when another condition says no", () => {
    const conditions = (...expressions: string[]): JsonObject => ({
      matchConditions: expressions.map((expression, index) => ({ name: `c${index}`, expression })),
      ...validating("false"),
    });
    expect(ask(conditions("request.name == 'one'")).denial?.message).toBe("failed expression: false");
    expect(ask(conditions("request.name == 'two'")).denial).toBeUndefined();
    expect(ask(conditions(failing, "request.name == 'two'")).denial).toBeUndefined();
    expect(ask(conditions(failing)).denial?.message).toBe(
      "matchCondition 'c0' resulted in error: no such key: missing",
    );
  });

  it("include expressions that cost too much", () => {
    const many = Array.from({ length: 3000 }, (_, index) => index);
    const expression = "object.spec.many.all(a, object.spec.many.all(b, a + b >= 0))";
    expect(ask(validating(expression), {}, { object: { spec: { many } } }).denial?.message).toContain(
      "cost limit exceeded",
    );
  });
});

describe("what a policy matches", () => {
  const matching = (rule: JsonObject, change: Partial<PolicyRequest> = {}, more: JsonObject = {}): boolean =>
    ask({ matchConstraints: { resourceRules: [{ ...RULE, ...rule }], ...more }, ...validating("false") }, {}, change)
      .denial !== undefined;

  it.each<[string, JsonObject, Partial<PolicyRequest>, boolean]>([
    ["its resource", {}, {}, true],
    ["not another operation", {}, { operation: "DELETE" }, false],
    ["any operation by *", { operations: ["*"] }, { operation: "DELETE" }, true],
    ["not another group", { apiGroups: ["apps"] }, {}, false],
    ["any group and resource by *", { apiGroups: ["*"], resources: ["*"] }, {}, true],
    ["not a subresource", {}, { subResource: "status" }, false],
    ["a subresource that it names", { resources: ["agenticsessions/status"] }, { subResource: "status" }, true],
    ["not the resource by a subresource's name", { resources: ["agenticsessions/status"] }, {}, false],
    ["all subresources by /*", { resources: ["agenticsessions/*"] }, { subResource: "status" }, true],
    ["a subresource of anything", { resources: ["*/status"] }, { subResource: "status" }, true],
    ["no subresource by *", { resources: ["*"] }, { subResource: "status" }, false],
    ["everything by */*", { resources: ["*/*"] }, {}, true],
    ["names that it lists", { resourceNames: ["one"] }, {}, true],
    ["no other names", { resourceNames: ["two"] }, {}, false],
    ["its scope", { scope: "Namespaced" }, {}, true],
    ["no other scope", { scope: "Cluster" }, {}, false],
  ])("%s", (_what, rule, change, expected) => {
    expect(matching(rule, change)).toBe(expected);
  });

  it("follows selectors of namespaces and objects, and exclusions", () => {
    const managed = { namespaceSelector: { matchLabels: { "pilothouse.dev/managed": "true" } } };
    expect(matching({}, {}, managed)).toBe(true);
    expect(matching({}, { namespace: "other" }, managed)).toBe(false);
    expect(matching({}, { namespace: "" }, managed)).toBe(true);
    const chats = { objectSelector: { matchExpressions: [{ key: "kind", operator: "In", values: ["chat"] }] } };
    expect(matching({}, {}, chats)).toBe(true);
    expect(matching({}, { object: { metadata: {} } }, chats)).toBe(false);
    expect(matching({}, { object: { metadata: {} }, oldObject: request.object }, chats)).toBe(true);
    expect(matching({}, {}, { excludeResourceRules: [{ ...RULE, resourceNames: ["one"] }] })).toBe(false);
  });

  it("is narrowed by the binding", () => {
    const matchResources = { namespaceSelector: { matchLabels: { nowhere: "true" } } };
    expect(ask(validating("false"), { matchResources }).denial).toBeUndefined();
  });

  it("is never the configuration of admission itself", () => {
    const resource = { group: "admissionregistration.k8s.io", version: "v1", resource: "validatingadmissionpolicies" };
    expect(matching({ apiGroups: ["*"], resources: ["*"] }, { resource })).toBe(false);
  });
});

describe("parameters", () => {
  const limited: JsonObject = {
    paramKind: { apiVersion: "v1", kind: "ConfigMap" },
    ...validating("params == null || object.spec.replicas <= int(params.data.max)"),
  };
  const withParams = (paramRef: JsonObject): string | undefined => ask(limited, { paramRef }).denial?.message;

  it("come by name, or by labels", () => {
    expect(withParams({ name: "strict", namespace: "team-a" })).toContain("failed expression");
    expect(withParams({ name: "loose" })).toBeUndefined();
    expect(withParams({ selector: { matchLabels: { tier: "gold" } } })).toContain("failed expression");
    expect(withParams({ selector: {} })).toContain("failed expression");
  });

  it("that are missing refuse, unless the binding allows it", () => {
    expect(withParams({ name: "none", parameterNotFoundAction: "Deny" })).toContain("no params found");
    expect(withParams({ name: "none", parameterNotFoundAction: "Allow" })).toBeUndefined();
  });

  it("are null when the binding names none, and unknown to a policy without a kind of them", () => {
    expect(ask(limited).denial).toBeUndefined();
    expect(compilePolicy(policy(validating("params == null"))).issues[0]?.detail).toContain(
      "undeclared reference to 'params'",
    );
  });
});

describe("properties", () => {
  it("an object of any shape is judged, never crashed on", () => {
    const expression = "has(object.spec.replicas) && type(object.spec.replicas) == int && object.spec.replicas > 3";
    const spec = fc.dictionary(fc.constantFrom("replicas", "userContext", "x"), fc.oneof(fc.integer(), fc.jsonValue()));
    fc.assert(
      fc.property(spec, (value) => {
        const object = JSON.parse(JSON.stringify({ metadata: { name: "one" }, spec: value })) as JsonObject;
        const replicas = Object.hasOwn(value, "replicas") ? value["replicas"] : undefined;
        expect(passes(expression, { object })).toBe(Number.isSafeInteger(replicas) && Number(replicas) > 3);
      }),
    );
  });
});
