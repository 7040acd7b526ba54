/** Members are RoleBindings to the project roles. Pure functions over them, so that rules are easy to see. */
import { createHash } from "node:crypto";
import { LABELS, PROJECT_ROLES, type Permission, type Role, type SubjectType } from "@pilothouse/contracts";
import type { RoleBinding, Stored, Subject } from "@pilothouse/kubernetes";

const RBAC_GROUP = "rbac.authorization.k8s.io";
const ROLES = new Map(Object.entries(PROJECT_ROLES).map(([role, name]) => [name as string, role as Role]));
/** Made by the operator for `Project.spec.owner`, and made again when it is gone. */
const OWNER_BINDING = "pilothouse-owner";
const RANK: Readonly<Record<Role, number>> = { view: 1, edit: 2, admin: 3 };

/** The project role that a binding gives, or undefined for a binding of another kind. */
export function boundRole(binding: RoleBinding): Role | undefined {
  return binding.roleRef.kind === "ClusterRole" ? ROLES.get(binding.roleRef.name) : undefined;
}

function toSubject(type: SubjectType, name: string): Subject {
  return { kind: type === "user" ? "User" : "Group", name, apiGroup: RBAC_GROUP };
}

function is(subject: Subject, type: SubjectType, name: string): boolean {
  return subject.kind === (type === "user" ? "User" : "Group") && subject.name === name;
}

/** One entry per user or group, with the highest of its roles, by name. */
export function permissionsOf(bindings: readonly RoleBinding[]): Permission[] {
  const found = new Map<string, Permission>();
  for (const binding of bindings) {
    const role = boundRole(binding);
    if (role === undefined) continue;
    for (const { kind, name } of binding.subjects ?? []) {
      if (kind !== "User" && kind !== "Group") continue;
      const subjectType = kind === "User" ? "user" : "group";
      const key = `${subjectType}/${name}`;
      const known = found.get(key);
      if (known === undefined || RANK[known.role] < RANK[role])
        found.set(key, { subjectType, subjectName: name, role });
    }
  }
  return [...found.values()].sort(
    (a, b) => compare(a.subjectType, b.subjectType) || compare(a.subjectName, b.subjectName),
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * A binding of one subject, named by the subject, so that nobody is given two roles at once. Kubernetes lets no binding
 * change its role: the one that replaces another has a name of its own, and is there before the other goes.
 */
export function memberBinding(type: SubjectType, name: string, role: Role, replaced?: readonly string[]): RoleBinding {
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 32);
  return {
    metadata: {
      name: freeName(`pilothouse-member-${type}-${hash}`, role, replaced ?? []),
      labels: { [LABELS.component]: "member" },
    },
    roleRef: { apiGroup: RBAC_GROUP, kind: "ClusterRole", name: PROJECT_ROLES[role] },
    subjects: [toSubject(type, name)],
  };
}

function freeName(name: string, role: Role, taken: readonly string[]): string {
  return taken.includes(name) ? `${name}-${role}` : name;
}

export interface Removal {
  /** Bindings of this subject alone. */
  readonly remove: Stored<RoleBinding>[];
  /** Bindings of others too, without this subject. */
  readonly shrink: Stored<RoleBinding>[];
  /** True for the project's owner, whom the operator keeps as admin. */
  readonly isOwner: boolean;
  /** True when nobody would be left as admin. */
  readonly leavesNoAdmin: boolean;
}

export function planRemoval(bindings: readonly Stored<RoleBinding>[], type: SubjectType, name: string): Removal {
  const held = bindings.filter(
    (binding) => boundRole(binding) !== undefined && binding.subjects?.some((subject) => is(subject, type, name)),
  );
  const without = (binding: Stored<RoleBinding>): Stored<RoleBinding> => ({
    ...binding,
    subjects: binding.subjects?.filter((subject) => !is(subject, type, name)) ?? [],
  });
  const admins = permissionsOf(bindings).filter((permission) => permission.role === "admin");
  return {
    remove: held.filter((binding) => binding.subjects?.length === 1),
    shrink: held.filter((binding) => binding.subjects?.length !== 1).map(without),
    isOwner: held.some((binding) => binding.metadata.name === OWNER_BINDING),
    leavesNoAdmin: admins.length === 1 && admins[0]?.subjectType === type && admins[0].subjectName === name,
  };
}
