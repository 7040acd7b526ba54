// The admission plugin: keeps the cluster's policies and bindings compiled, and asks them about every write.
import { ApiError, qualified } from "../../api/errors.ts";
import type { RbacAuthorizer } from "../../auth/rbac/index.ts";
import type { JsonObject } from "../../json.ts";
import type { Change } from "../../storage/stored-object.ts";
import type { ClusterStore } from "../../storage/store.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import { type CompiledPolicy, compilePolicy } from "./compile.ts";
import { type BoundPolicy, decide, type Denial, denialCode, denialText } from "./decide.ts";
import { type CompiledBinding, compileBinding } from "./evaluate.ts";
import type { PolicyCluster, PolicyRequest } from "./request.ts";

const GROUP = "admissionregistration.k8s.io";
const POLICIES = `validatingadmissionpolicies.${GROUP}`;
const BINDINGS = `validatingadmissionpolicybindings.${GROUP}`;

/** Where objects of a kind are stored; needed for policies with parameters. */
export type TableOfKind = (
  apiVersion: string,
  kind: string,
) => { readonly table: string; readonly namespaced: boolean } | undefined;

export interface PolicyPlugin extends AdmissionPlugin {
  stop(): void;
}

export function validatingAdmissionPolicy(
  store: ClusterStore,
  authorizer: Pick<RbacAuthorizer, "authorize">,
  tableOfKind: TableOfKind,
): PolicyPlugin {
  const policies = new Map<string, CompiledPolicy>();
  const bindings = new Map<string, CompiledBinding>();
  let bound: readonly BoundPolicy[] | undefined;

  const apply = (change: Pick<Change, "resource" | "name" | "object">): void => {
    bound = undefined;
    const compiled = change.resource === POLICIES ? policies : bindings;
    if (change.object === undefined) compiled.delete(change.name);
    else if (change.resource === POLICIES) policies.set(change.name, compilePolicy(change.object.decode()));
    else bindings.set(change.name, compileBinding(change.object.decode()));
  };
  const watches = [POLICIES, BINDINGS].map((table) => {
    const watch = store.watch(table, store.revision, (changes) => changes.forEach(apply));
    for (const object of store.list(table)) apply({ resource: table, name: object.name, object });
    return watch;
  });

  const boundPolicies = (): readonly BoundPolicy[] =>
    (bound ??= [...policies.values()].map((policy) => ({
      policy,
      bindings: [...bindings.values()].filter((binding) => binding.policyName === policy.name),
    })));

  const cluster: PolicyCluster = {
    namespace: (name) => store.get({ resource: "namespaces", namespace: "", name })?.decode(),
    authorize: (user, attributes) => authorizer.authorize(user, attributes),
    find: (apiVersion, kind, namespace, name) => {
      const found = tableOfKind(apiVersion, kind);
      if (found === undefined) return [];
      const where = found.namespaced ? namespace : "";
      const objects =
        name === undefined
          ? store.list(found.table, where === "" ? undefined : where)
          : [store.get({ resource: found.table, namespace: where, name })];
      return objects.flatMap((object): JsonObject[] => (object === undefined ? [] : [object.decode()]));
    },
  };

  return {
    name: "ValidatingAdmissionPolicy",
    validate: (request) => {
      const { denial, warnings } = decide(boundPolicies(), toPolicyRequest(request), cluster);
      for (const warning of warnings) request.warn(warning);
      if (denial !== undefined) throw refusal(request, denial);
    },
    stop: () => watches.forEach((watch) => watch?.stop()),
  };
}

function toPolicyRequest(request: AdmissionRequest): PolicyRequest {
  const { definition, subresource, user, object, oldObject } = request;
  const { group, version, kind, plural } = definition;
  return {
    operation: request.operation,
    kind: { group, version, kind },
    resource: { group, version, resource: plural },
    subResource: subresource,
    name: request.name,
    // A Namespace's requests name itself as their namespace, as Kubernetes' own do.
    namespace: group === "" && kind === "Namespace" ? request.name : request.namespace,
    user,
    dryRun: request.dryRun,
    object,
    oldObject,
  };
}

function refusal(request: AdmissionRequest, denial: Denial): ApiError {
  const { definition, name } = request;
  const subject = name === "" ? qualified(definition) : `${qualified(definition)} "${name}"`;
  return new ApiError({
    code: denialCode(denial.reason),
    reason: denial.reason,
    message: `${subject} is forbidden: ${denialText(denial)}`,
    details: {
      ...(name !== "" && { name }),
      ...(definition.group !== "" && { group: definition.group }),
      kind: definition.plural,
      causes: [{ message: denial.message }],
    },
  });
}
