// The authorizer: roles and bindings kept in an index by subject, so that a decision looks only at the caller's own.
import { objectsAt, stringAt } from "../../json.ts";
import type { KubernetesObject } from "../../objects.ts";
import type { Change, StoredObject } from "../../storage/stored-object.ts";
import type { ClusterStore } from "../../storage/store.ts";
import type { UserInfo } from "../user.ts";
import { parseRules, ruleAllows, type Attributes, type PolicyRule } from "./rules.ts";

export interface Decision {
  readonly allowed: boolean;
  readonly reason: string;
}

interface Binding {
  readonly subjects: readonly string[];
  readonly roleKind: string;
  readonly roleName: string;
  readonly namespace: string;
  readonly name: string;
}

/** What grants a rule, for reasons such as "RBAC: allowed by RoleBinding …". */
interface Grant {
  readonly rule: PolicyRule;
  readonly binding: Binding;
}

const GROUP = "rbac.authorization.k8s.io";
export const RBAC_TABLES = {
  roles: `roles.${GROUP}`,
  clusterRoles: `clusterroles.${GROUP}`,
  roleBindings: `rolebindings.${GROUP}`,
  clusterRoleBindings: `clusterrolebindings.${GROUP}`,
} as const;

const SUPER_USERS = "system:masters";
const NONE: ReadonlySet<Binding> = new Set();

export class RbacAuthorizer {
  /** `namespace/name`, with an empty namespace for cluster roles. */
  readonly #roles = new Map<string, readonly PolicyRule[]>();
  /** Namespace (empty: cluster-wide) → subject → bindings. */
  readonly #bindings = new Map<string, Map<string, Set<Binding>>>();
  readonly #bindingsByObject = new Map<string, Binding>();
  readonly #stops: (() => void)[] = [];

  constructor(store: ClusterStore) {
    for (const table of Object.values(RBAC_TABLES)) {
      const watch = store.watch(table, store.revision, (changes) => changes.forEach((change) => this.#apply(change)));
      if (watch !== undefined) this.#stops.push(() => watch.stop());
      for (const object of store.list(table)) this.#set(object.resource, object.namespace, object.name, object);
    }
  }

  stop(): void {
    for (const stop of this.#stops) stop();
  }

  #apply(change: Change): void {
    this.#set(change.resource, change.namespace, change.name, change.object);
  }

  #set(table: string, namespace: string, name: string, object: StoredObject | undefined): void {
    const key = `${namespace}/${name}`;
    if (table === RBAC_TABLES.roles || table === RBAC_TABLES.clusterRoles) {
      if (object === undefined) this.#roles.delete(key);
      else this.#roles.set(key, parseRules(object.decode()));
      return;
    }
    const former = this.#bindingsByObject.get(key);
    if (former !== undefined) this.#unbind(former);
    this.#bindingsByObject.delete(key);
    if (object === undefined) return;
    const binding = parseBinding(namespace, name, object.decode());
    this.#bindingsByObject.set(key, binding);
    this.#bind(binding);
  }

  #bind(binding: Binding): void {
    const bySubject = this.#bindings.get(binding.namespace) ?? new Map<string, Set<Binding>>();
    this.#bindings.set(binding.namespace, bySubject);
    for (const subject of binding.subjects) {
      const found = bySubject.get(subject) ?? new Set<Binding>();
      bySubject.set(subject, found);
      found.add(binding);
    }
  }

  #unbind(binding: Binding): void {
    const bySubject = this.#bindings.get(binding.namespace);
    for (const subject of binding.subjects) {
      const found = bySubject?.get(subject);
      found?.delete(binding);
      if (found?.size === 0) bySubject?.delete(subject);
    }
    if (bySubject?.size === 0) this.#bindings.delete(binding.namespace);
  }

  *#grants(user: UserInfo, namespace: string): Generator<Grant> {
    const subjects = [`User:${user.username}`, ...user.groups.map((group) => `Group:${group}`)];
    for (const scope of namespace === "" ? [""] : ["", namespace]) {
      const bySubject = this.#bindings.get(scope);
      if (bySubject === undefined) continue;
      for (const subject of subjects)
        for (const binding of bySubject.get(subject) ?? NONE)
          for (const rule of this.rulesOf(binding.namespace, binding.roleKind, binding.roleName) ?? [])
            yield { rule, binding };
    }
  }

  rulesOf(namespace: string, kind: string, name: string): readonly PolicyRule[] | undefined {
    return this.#roles.get(kind === "ClusterRole" ? `/${name}` : `${namespace}/${name}`);
  }

  authorize(user: UserInfo, attributes: Attributes): Decision {
    if (user.groups.includes(SUPER_USERS)) return { allowed: true, reason: "" };
    const namespace = attributes.kind === "resource" ? attributes.namespace : "";
    for (const { rule, binding } of this.#grants(user, namespace))
      if (ruleAllows(rule, attributes)) return { allowed: true, reason: reasonOf(binding, user) };
    return { allowed: false, reason: "" };
  }

  /** All that a user may do in a namespace (and cluster-wide). */
  rulesFor(user: UserInfo, namespace: string): readonly PolicyRule[] {
    if (user.groups.includes(SUPER_USERS))
      return [
        { verbs: ["*"], apiGroups: ["*"], resources: ["*"], resourceNames: [], nonResourceURLs: [] },
        { verbs: ["*"], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: ["*"] },
      ];
    return [...this.#grants(user, namespace)].map((grant) => grant.rule);
  }
}

function reasonOf(binding: Binding, user: UserInfo): string {
  const subject = binding.subjects.includes(`User:${user.username}`)
    ? `User "${user.username}"`
    : `Group "${user.groups.find((group) => binding.subjects.includes(`Group:${group}`)) ?? ""}"`;
  const what = binding.namespace === "" ? "ClusterRoleBinding" : "RoleBinding";
  const name = binding.namespace === "" ? binding.name : `${binding.name}/${binding.namespace}`;
  return `RBAC: allowed by ${what} "${name}" of ${binding.roleKind} "${binding.roleName}" to ${subject}`;
}

function parseBinding(namespace: string, name: string, object: KubernetesObject): Binding {
  const subjects = objectsAt(object, "subjects").map((subject) =>
    subject["kind"] === "ServiceAccount"
      ? `User:system:serviceaccount:${stringAt(subject, "namespace") || namespace}:${stringAt(subject, "name")}`
      : `${stringAt(subject, "kind")}:${stringAt(subject, "name")}`,
  );
  return {
    subjects: [...new Set(subjects)],
    roleKind: stringAt(object, "roleRef", "kind"),
    roleName: stringAt(object, "roleRef", "name"),
    namespace,
    name,
  };
}
