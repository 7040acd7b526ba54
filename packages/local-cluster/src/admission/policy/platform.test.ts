// The platform's own policies (deploy/policies), asked the questions that they exist for.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { isJsonObject, type Json, type JsonObject, objectsAt, valueAt } from "../../json.ts";
import { compileCustomResource } from "../../schema/index.ts";
import { compileBinding, compilePolicy, decide, type PolicyRequest, validateBinding, validatePolicy } from "./index.ts";

const folder = new URL("../../../../../deploy/policies/", import.meta.url);
const documents = readdirSync(folder)
  .filter((name) => name.endsWith(".yaml"))
  .flatMap((name) => parseAllDocuments(readFileSync(new URL(name, folder), "utf8")))
  .map((document): unknown => document.toJSON())
  .filter(isJsonObject);
const ofKind = (kind: string): readonly JsonObject[] => documents.filter((document) => document["kind"] === kind);
const bindings = ofKind("ValidatingAdmissionPolicyBinding").map(compileBinding);
const policies = ofKind("ValidatingAdmissionPolicy")
  .map(compilePolicy)
  .map((policy) => ({ policy, bindings: bindings.filter((binding) => binding.policyName === policy.name) }));

const OPERATOR = "system:serviceaccount:pilothouse-system:pilothouse-operator";
const RUNNER = "system:serviceaccount:team-a:session-one";

function session(change: Partial<PolicyRequest>, username = "alice", groups: readonly string[] = []): PolicyRequest {
  return {
    operation: "CREATE",
    kind: { group: "pilothouse.dev", version: "v1alpha1", kind: "AgenticSession" },
    resource: { group: "pilothouse.dev", version: "v1alpha1", resource: "agenticsessions" },
    subResource: "",
    name: "one",
    namespace: "team-a",
    user: { username, groups },
    dryRun: false,
    object: undefined,
    oldObject: undefined,
    ...change,
  };
}
const named = (more: JsonObject): JsonObject => ({ metadata: { name: "one", namespace: "team-a" }, ...more });
const userContext = (userId: string): JsonObject => named({ spec: { userContext: { userId } } });
const status = (more: JsonObject): JsonObject => named({ spec: {}, status: { phase: "Running", ...more } });
const refusal = (request: PolicyRequest): string | undefined =>
  decide(policies, request, {
    namespace: () => undefined,
    authorize: () => ({ allowed: false, reason: "" }),
    find: () => [],
  }).denial?.policy;

function sessionSchema(): Json | undefined {
  const definition: unknown = parse(readFileSync(new URL("../crds/agenticsessions.yaml", folder), "utf8"));
  const [version] = isJsonObject(definition) ? objectsAt(definition, "spec", "versions") : [];
  return valueAt(version, "schema", "openAPIV3Schema");
}

describe("the platform's policies", () => {
  it("have no faults, and each is bound", () => {
    expect(ofKind("ValidatingAdmissionPolicy").flatMap(validatePolicy)).toEqual([]);
    expect(ofKind("ValidatingAdmissionPolicyBinding").flatMap(validateBinding)).toEqual([]);
    expect(policies.length).toBeGreaterThan(0);
    expect(policies.filter((one) => one.bindings.length !== 1)).toEqual([]);
  });

  const update = (username: string, object: JsonObject, oldObject: JsonObject): PolicyRequest =>
    session({ operation: "UPDATE", object, oldObject }, username);
  it.each<[string, PolicyRequest, string | undefined]>([
    ["a session without a user", session({ object: named({ spec: {} }) }), undefined],
    ["a session in one's own name", session({ object: userContext("alice") }), undefined],
    ["a session in another's name", session({ object: userContext("bob") }), "pilothouse-session-user"],
    ["the operator in a user's name", session({ object: userContext("bob") }, OPERATOR), undefined],
    ["a colleague's change that keeps the user", update("bob", userContext("alice"), userContext("alice")), undefined],
    ["removing the user", update("alice", named({ spec: {} }), userContext("alice")), "pilothouse-session-user"],
  ])("%s", (_what, request, expected) => {
    expect(refusal(request)).toBe(expected);
  });

  it("let a runner write its own part of the status and nothing else", () => {
    const own = new Set(["agent", "reconciledRepos", "reconciledWorkflow", "transcript"]);
    const properties = valueAt(sessionSchema(), "properties", "status", "properties");
    const fields = isJsonObject(properties) ? Object.keys(properties) : [];
    const writable = fields.filter((field) => {
      const [before, after] = [named({ status: {} }), named({ status: { [field]: "changed" } })];
      const request = { operation: "UPDATE", subResource: "status", object: after, oldObject: before } as const;
      return refusal(session(request, RUNNER)) === undefined;
    });
    expect(new Set(writable)).toEqual(own);
  });

  const held = (finalizers: string[], annotations: Record<string, string> = {}): JsonObject => ({
    metadata: { name: "one", namespace: "team-a", finalizers, annotations },
    spec: {},
  });
  const [ours, closed] = [["pilothouse.dev/transcript"], { "pilothouse.dev/closed-attempt": "1" }];
  const metadata = "pilothouse-session-metadata";
  it.each<[string, PolicyRequest, string | undefined]>([
    ["the operator's finalizer, taken by a user", update("alice", held([]), held(ours)), metadata],
    ["the operator's finalizer, taken by the operator", update(OPERATOR, held([]), held(ours)), undefined],
    [
      "the operator's finalizer, taken by an administrator",
      session({ operation: "UPDATE", object: held([]), oldObject: held(ours) }, "root", ["system:masters"]),
      undefined,
    ],
    ["another finalizer", update("alice", held(ours), held([...ours, "example.com/mine"])), undefined],
    ["a session made with a finalizer of its own", session({ object: held(["example.com/mine"]) }), undefined],
    ["the operator's note on a new session", session({ object: held([], closed) }), metadata],
    ["the operator's note, changed", update("alice", held(ours, closed), held(ours)), metadata],
    ["the operator's note, removed", update("alice", held(ours), held(ours, closed)), metadata],
    ["the operator's note, kept", update("alice", held(ours, { ...closed, mine: "1" }), held(ours, closed)), undefined],
    ["the operator's note, by the operator", update(OPERATOR, held(ours, closed), held(ours)), undefined],
  ])("%s", (_what, request, expected) => {
    expect(refusal(request)).toBe(expected);
  });

  it("leave it to the definition that a session's user never changes", () => {
    const schema = compileCustomResource(sessionSchema());
    expect(schema.validate(userContext("alice"), userContext("alice"))).toEqual([]);
    expect(schema.validate(userContext("bob"), userContext("alice")).map((error) => error.field)).toEqual(["spec"]);
  });

  const write = (username: string, object: JsonObject, oldObject = status({})): PolicyRequest =>
    session({ operation: "UPDATE", subResource: "status", object, oldObject }, username);
  it.each<[string, PolicyRequest, string | undefined]>([
    ["the operator", write(OPERATOR, status({ phase: "Stopped" })), undefined],
    ["the session's runner, of the agent", write(RUNNER, status({ agent: { status: "idle" } })), undefined],
    ["the session's runner, of the phase", write(RUNNER, status({ phase: "Completed" })), "pilothouse-session-status"],
    [
      "the session's runner, of the endpoint",
      write(RUNNER, status({ endpoint: "http://elsewhere" })),
      "pilothouse-session-status",
    ],
    [
      "another session's runner",
      write("system:serviceaccount:team-a:session-two", status({ agent: {} })),
      "pilothouse-session-status",
    ],
    [
      "a runner of that name in another project",
      write("system:serviceaccount:team-b:session-one", status({ agent: {} })),
      "pilothouse-session-status",
    ],
    ["a user", write("alice", status({ agent: {} })), "pilothouse-session-status"],
    [
      "the runner before the operator has started the session",
      write(RUNNER, status({ agent: {} }), named({ spec: {} })),
      "pilothouse-session-status",
    ],
  ])("the status, written by %s", (_what, request, expected) => {
    expect(refusal(request)).toBe(expected);
  });

  const project = (owner: string | undefined, namespace: string, groups: readonly string[] = []): PolicyRequest => ({
    ...session({}, "alice", groups),
    resource: { group: "pilothouse.dev", version: "v1alpha1", resource: "projects" },
    namespace,
    object: { metadata: { name: "one", namespace }, spec: owner === undefined ? {} : { owner } },
  });
  it.each<[string, PolicyRequest, string | undefined]>([
    ["of one's own", project("alice", "pilothouse-projects"), undefined],
    ["of another", project("bob", "pilothouse-projects"), "pilothouse-project-owner"],
    ["of nobody", project(undefined, "pilothouse-projects"), "pilothouse-project-owner"],
    ["in another namespace", project("alice", "default"), "pilothouse-project-owner"],
    ["of another, made by an administrator", project("bob", "pilothouse-projects", ["system:masters"]), undefined],
  ])("a project %s", (_what, request, expected) => {
    expect(refusal(request)).toBe(expected);
  });
});
