// Keeps one ProjectAccess per member: the projects that it may enter, readable by itself alone.
import {
  FIELD_MANAGERS,
  PROJECTS_NAMESPACE,
  API_GROUP,
  projectAccessName,
  type ProjectRole,
} from "@pilothouse/contracts";
import {
  isNotFound,
  roleBindings,
  roles,
  type KubernetesClient,
  type RoleBinding,
  type Stored,
} from "@pilothouse/kubernetes";
import { ensureObject } from "../apply/ensure.ts";
import { projectAccesses } from "../resources/types.ts";
import { OPERATOR_NAME } from "../session/names.ts";
import { LABELS } from "@pilothouse/contracts";
import { higherRole, parseMemberKey, roleOfBinding, subjectOf, type Member } from "./members.ts";

export interface AccessReconcilerOptions {
  readonly client: KubernetesClient;
  /** The bindings, in any namespace, that name the member (by its key). */
  readonly bindingsOf: (memberKey: string) => readonly Stored<RoleBinding>[];
  readonly isManaged: (namespace: string) => boolean;
}

export interface ProjectEntry {
  readonly name: string;
  readonly role: ProjectRole;
}

/** The projects of a member: managed namespaces alone, each with the highest role. */
export function projectsOf(
  bindings: readonly RoleBinding[],
  isManaged: (namespace: string) => boolean,
): ProjectEntry[] {
  const byProject = new Map<string, ProjectRole>();
  for (const binding of bindings) {
    const name = binding.metadata?.namespace ?? "";
    const role = roleOfBinding(binding);
    if (role !== undefined && isManaged(name)) byProject.set(name, higherRole(byProject.get(name), role));
  }
  return Array.from(byProject, ([name, role]) => ({ name, role })).toSorted((left, right) =>
    left.name < right.name ? -1 : 1,
  );
}

export class AccessReconciler {
  readonly #options: AccessReconcilerOptions;

  constructor(options: AccessReconcilerOptions) {
    this.#options = options;
  }

  async reconcile(key: string, signal: AbortSignal): Promise<void> {
    const { client, bindingsOf, isManaged } = this.#options;
    const member = parseMemberKey(key);
    const projects = projectsOf(bindingsOf(key), isManaged);
    const name = projectAccessName(member.kind, member.name);
    if (projects.length === 0) {
      await this.#remove(name, signal);
      return;
    }
    const metadata = {
      name,
      namespace: PROJECTS_NAMESPACE,
      labels: { [LABELS.managedBy]: OPERATOR_NAME, [LABELS.component]: "project-access" },
    };
    const options = { fieldManager: FIELD_MANAGERS.operatorAccess, signal };
    await ensureObject(
      client,
      projectAccesses,
      { metadata, spec: { subject: { kind: member.kind, name: member.name }, projects } },
      options,
    );
    await ensureObject(client, roles, { metadata, rules: [ruleFor(name)] }, options);
    await ensureObject(client, roleBindings, { metadata, ...bindingFor(name, member) }, options);
  }

  async #remove(name: string, signal: AbortSignal): Promise<void> {
    const { client } = this.#options;
    const key = { namespace: PROJECTS_NAMESPACE, name };
    for (const resource of [roleBindings, roles, projectAccesses]) {
      await client.delete(resource, key, { signal }).catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
    }
  }
}

function ruleFor(name: string) {
  return { apiGroups: [API_GROUP], resources: ["projectaccesses"], resourceNames: [name], verbs: ["get"] };
}

function bindingFor(name: string, member: Member) {
  return { roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name }, subjects: [subjectOf(member)] };
}
