// Nobody grants what they do not hold: writing a role needs its permissions (or `escalate`), binding a role needs them
// too (or `bind` on that role).
import type { RbacAuthorizer } from "../auth/rbac/index.ts";
import { formatRule, parseRules, uncovered, type PolicyRule } from "../auth/rbac/rules.ts";
import type { UserInfo } from "../auth/user.ts";
import { forbidden, notFound } from "../api/errors.ts";
import { equalJson, isJsonObject, objectsAt, stringAt } from "../json.ts";
import { clusterRoles, roles } from "../resources/builtin/rbac.ts";
import type { AdmissionPlugin, AdmissionRequest } from "./admission.ts";

const GROUP = "rbac.authorization.k8s.io";

export function rbacEscalation(authorizer: RbacAuthorizer): AdmissionPlugin {
  const mayAnyway = (request: AdmissionRequest, verb: string, resource: string, name: string): boolean =>
    authorizer.authorize(request.user, {
      kind: "resource",
      verb,
      group: GROUP,
      version: "v1",
      resource,
      subresource: "",
      namespace: request.namespace,
      name,
    }).allowed;

  const requireCovered = (request: AdmissionRequest, wanted: readonly PolicyRule[]): void => {
    const missing = uncovered(authorizer.rulesFor(request.user, request.namespace), wanted);
    if (missing.length > 0) throw forbidden(request.definition, request.name, explain(request.user, missing));
  };

  return {
    name: "RBACEscalation",
    validate: (request) => {
      const { object, oldObject, definition } = request;
      if (definition.group !== GROUP || object === undefined) return;
      if (definition.kind === "Role" || definition.kind === "ClusterRole") {
        if (isUnchanged(object["rules"], oldObject?.["rules"], oldObject)) {
          if (equalJson(object["aggregationRule"], oldObject?.["aggregationRule"])) return;
        }
        if (mayAnyway(request, "escalate", definition.plural, request.name)) return;
        requireCovered(request, parseRules(object));
        const aggregates = isJsonObject(object["aggregationRule"]);
        if (aggregates && objectsAt(object["aggregationRule"], "clusterRoleSelectors").length > 0)
          requireCovered(request, [EVERYTHING]);
        return;
      }
      if (oldObject !== undefined && equalJson(object["subjects"], oldObject["subjects"])) return;
      const kind = stringAt(object, "roleRef", "kind");
      const name = stringAt(object, "roleRef", "name");
      const role = kind === "ClusterRole" ? clusterRoles : roles;
      if (mayAnyway(request, "bind", role.plural, name)) return;
      const rules = authorizer.rulesOf(request.namespace, kind, name);
      if (rules === undefined) throw notFound(role, name);
      requireCovered(request, rules);
    },
  };
}

const EVERYTHING: PolicyRule = {
  verbs: ["*"],
  apiGroups: ["*"],
  resources: ["*"],
  resourceNames: [],
  nonResourceURLs: [],
};

function isUnchanged(next: unknown, previous: unknown, old: unknown): boolean {
  return old !== undefined && JSON.stringify(next ?? null) === JSON.stringify(previous ?? null);
}

function explain(user: UserInfo, missing: readonly PolicyRule[]): string {
  const groups = `[${user.groups.map((group) => JSON.stringify(group)).join(" ")}]`;
  const lines = missing.map((rule) => formatRule(rule)).join("\n");
  return `user ${JSON.stringify(user.username)} (groups=${groups}) is attempting to grant RBAC permissions not currently held:\n${lines}`;
}
