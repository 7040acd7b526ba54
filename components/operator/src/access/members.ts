// Who may do what in a project, read from the RoleBindings of its namespace.
import { PROJECT_ROLES, type ProjectRole } from "@pilothouse/contracts";
import type { RoleBinding, Subject } from "@pilothouse/kubernetes";

export interface Member {
  readonly kind: "User" | "Group" | "ServiceAccount";
  /** For a ServiceAccount its full user name. */
  readonly name: string;
}

const SERVICE_ACCOUNT_PREFIX = "system:serviceaccount:";

/** The project role that a binding gives; Kubernetes' own roles contain ours by aggregation. */
export function roleOfBinding(binding: RoleBinding): ProjectRole | undefined {
  if (binding.roleRef.kind !== "ClusterRole") return undefined;
  switch (binding.roleRef.name) {
    case PROJECT_ROLES.view:
    case "view":
      return "view";
    case PROJECT_ROLES.edit:
    case "edit":
      return "edit";
    case PROJECT_ROLES.admin:
    case "admin":
    case "cluster-admin":
      return "admin";
    default:
      return undefined;
  }
}

/** One person has one name, however a binding writes it. */
export function memberOf(subject: Subject, bindingNamespace: string): Member | undefined {
  switch (subject.kind) {
    case "User":
      return subject.name.startsWith(SERVICE_ACCOUNT_PREFIX)
        ? { kind: "ServiceAccount", name: subject.name }
        : { kind: "User", name: subject.name };
    case "Group":
      return { kind: "Group", name: subject.name };
    case "ServiceAccount":
      return {
        kind: "ServiceAccount",
        name: `${SERVICE_ACCOUNT_PREFIX}${subject.namespace ?? bindingNamespace}:${subject.name}`,
      };
    default:
      return undefined;
  }
}

export function membersOf(binding: RoleBinding): Member[] {
  if (roleOfBinding(binding) === undefined) return [];
  const namespace = binding.metadata?.namespace ?? "";
  return (binding.subjects ?? []).flatMap((subject) => memberOf(subject, namespace) ?? []);
}

/** The subject as a RoleBinding wants it. */
export function subjectOf(member: Member): Subject {
  if (member.kind !== "ServiceAccount")
    return { kind: member.kind, name: member.name, apiGroup: "rbac.authorization.k8s.io" };
  const [namespace = "", name = ""] = member.name.slice(SERVICE_ACCOUNT_PREFIX.length).split(":");
  return { kind: "ServiceAccount", namespace, name };
}

export function memberKey(member: Member): string {
  return `${member.kind}/${member.name}`;
}

export function parseMemberKey(key: string): Member {
  const slash = key.indexOf("/");
  const kind = key.slice(0, slash);
  if (kind !== "User" && kind !== "Group" && kind !== "ServiceAccount") throw new TypeError(`${key} names no member`);
  return { kind, name: key.slice(slash + 1) };
}

const RANK: Readonly<Record<ProjectRole, number>> = { view: 1, edit: 2, admin: 3 };

export function higherRole(left: ProjectRole | undefined, right: ProjectRole): ProjectRole {
  return left === undefined || RANK[right] > RANK[left] ? right : left;
}

/** Each member once, with the highest of its roles, in a steady order. */
export function rolesOfMembers(
  bindings: readonly RoleBinding[],
): { readonly member: Member; readonly role: ProjectRole }[] {
  const roles = new Map<string, { member: Member; role: ProjectRole }>();
  for (const binding of bindings) {
    const role = roleOfBinding(binding);
    if (role === undefined) continue;
    for (const member of membersOf(binding)) {
      const key = memberKey(member);
      roles.set(key, { member, role: higherRole(roles.get(key)?.role, role) });
    }
  }
  return Array.from(roles.entries())
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([, entry]) => entry);
}
