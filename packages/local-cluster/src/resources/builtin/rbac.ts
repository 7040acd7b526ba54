// rbac.authorization.k8s.io: roles and bindings. Escalation is checked in admission, where the user is known.
import { invalidValue, notSupported, required, type FieldError } from "../../api/errors.ts";
import { arrayAt, equalJson, objectsAt, stringAt } from "../../json.ts";
import type { KubernetesObject } from "../../objects.ts";
import { column, WIDE } from "../columns.ts";
import { defineBuiltIn } from "../define.ts";

const GROUP = "rbac.authorization.k8s.io";
const createdAt = column("Created At", (object) => object.metadata.creationTimestamp ?? "");
const roleName = column(
  "Role",
  (object) => `${stringAt(object, "roleRef", "kind")}/${stringAt(object, "roleRef", "name")}`,
);
const subjectNames = (kind: string) => (object: KubernetesObject) =>
  objectsAt(object, "subjects")
    .filter((subject) => subject["kind"] === kind)
    .map((subject) =>
      kind === "ServiceAccount"
        ? `${stringAt(subject, "namespace")}/${stringAt(subject, "name")}`
        : stringAt(subject, "name"),
    )
    .join(", ");
const wide = [
  column("Users", subjectNames("User"), WIDE),
  column("Groups", subjectNames("Group"), WIDE),
  column("ServiceAccounts", subjectNames("ServiceAccount"), WIDE),
];

function validateRules(object: KubernetesObject, namespaced: boolean): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, rule] of objectsAt(object, "rules").entries()) {
    const field = `rules[${index}]`;
    if (arrayAt(rule, "verbs").length === 0)
      errors.push(required(`${field}.verbs`, "verbs must contain at least one value"));
    if (arrayAt(rule, "nonResourceURLs").length > 0) {
      if (namespaced)
        errors.push(
          invalidValue(
            `${field}.nonResourceURLs`,
            arrayAt(rule, "nonResourceURLs"),
            "namespaced rules cannot apply to non-resource URLs",
          ),
        );
      continue;
    }
    if (arrayAt(rule, "apiGroups").length === 0)
      errors.push(required(`${field}.apiGroups`, "resource rules must supply at least one api group"));
    if (arrayAt(rule, "resources").length === 0)
      errors.push(required(`${field}.resources`, "resource rules must supply at least one resource"));
  }
  return errors;
}

function setBindingDefaults(object: KubernetesObject): void {
  for (const subject of objectsAt(object, "subjects"))
    subject["apiGroup"] ??= subject["kind"] === "ServiceAccount" ? "" : GROUP;
  for (const subject of objectsAt(object, "subjects")) if (subject["apiGroup"] === "") delete subject["apiGroup"];
  const reference = object["roleRef"];
  if (typeof reference === "object" && reference !== null && !Array.isArray(reference)) reference["apiGroup"] ??= GROUP;
}

function validateBinding(object: KubernetesObject, namespaced: boolean): FieldError[] {
  const errors: FieldError[] = [];
  if (stringAt(object, "roleRef", "apiGroup") !== GROUP)
    errors.push(notSupported("roleRef.apiGroup", stringAt(object, "roleRef", "apiGroup"), [GROUP]));
  const kinds = namespaced ? ["Role", "ClusterRole"] : ["ClusterRole"];
  if (!kinds.includes(stringAt(object, "roleRef", "kind")))
    errors.push(notSupported("roleRef.kind", stringAt(object, "roleRef", "kind"), kinds));
  if (stringAt(object, "roleRef", "name") === "") errors.push(required("roleRef.name", ""));
  for (const [index, subject] of objectsAt(object, "subjects").entries()) {
    const field = `subjects[${index}]`;
    const kind = stringAt(subject, "kind");
    if (!["ServiceAccount", "User", "Group"].includes(kind))
      errors.push(notSupported(`${field}.kind`, kind, ["ServiceAccount", "User", "Group"]));
    if (stringAt(subject, "name") === "") errors.push(required(`${field}.name`, ""));
    if (kind === "ServiceAccount" && stringAt(subject, "namespace") === "")
      errors.push(required(`${field}.namespace`, ""));
  }
  return errors;
}

function role(kind: "Role" | "ClusterRole") {
  const namespaced = kind === "Role";
  return defineBuiltIn({
    group: GROUP,
    kind,
    plural: `${kind.toLowerCase()}s`,
    namespaced,
    columns: [createdAt],
    age: false,
    strategy: {
      nameRule: "path-segment",
      prepareCreate: (object) => {
        object["rules"] ??= namespaced ? [] : null;
      },
      validateCreate: (object) => validateRules(object, namespaced),
      validateUpdate: (object) => validateRules(object, namespaced),
    },
  });
}

function binding(kind: "RoleBinding" | "ClusterRoleBinding") {
  const namespaced = kind === "RoleBinding";
  return defineBuiltIn({
    group: GROUP,
    kind,
    plural: `${kind.toLowerCase()}s`,
    namespaced,
    columns: [roleName],
    wide,
    strategy: {
      nameRule: "path-segment",
      prepareCreate: setBindingDefaults,
      prepareUpdate: setBindingDefaults,
      validateCreate: (object) => validateBinding(object, namespaced),
      validateUpdate: (object, previous) => {
        const errors = validateBinding(object, namespaced);
        if (!equalJson(object["roleRef"], previous["roleRef"]))
          errors.push(invalidValue("roleRef", object["roleRef"] ?? null, "cannot change roleRef"));
        return errors;
      },
    },
  });
}

export const roles = role("Role");
export const clusterRoles = role("ClusterRole");
export const roleBindings = binding("RoleBinding");
export const clusterRoleBindings = binding("ClusterRoleBinding");
