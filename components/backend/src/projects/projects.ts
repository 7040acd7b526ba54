/** Projects as their members see them. */
import {
  PROJECTS_NAMESPACE,
  isReservedProjectName,
  projectAccessName,
  type ProjectSummary,
  type Role,
} from "@pilothouse/contracts";
import { isForbidden, type Stored } from "@pilothouse/kubernetes";
import { mapLimited } from "../concurrency.ts";
import { invalidField } from "../errors/api-error.ts";
import type { Caller } from "../identity/identity.ts";
import { unlessHidden } from "../kubernetes/hidden.ts";
import { projectAccesses, projects, type ProjectObject } from "../kubernetes/resources.ts";

const WIDTH = 16;
const RANK: Readonly<Record<Role, number>> = { view: 1, edit: 2, admin: 3 };

export function summarize(project: Stored<ProjectObject>, role?: Role): ProjectSummary {
  const { metadata, spec, status } = project;
  const terminating = metadata.deletionTimestamp !== undefined;
  return {
    name: metadata.name,
    displayName: spec.displayName === undefined || spec.displayName === "" ? metadata.name : spec.displayName,
    description: spec.description ?? "",
    owner: spec.owner,
    status: terminating ? "Terminating" : (status?.phase ?? "Pending"),
    ...(status?.message === undefined || status.message === "" ? {} : { message: status.message }),
    createdAt: metadata.creationTimestamp ?? "",
    ...(role === undefined ? {} : { role }),
  };
}

export async function getProject(caller: Caller, name: string): Promise<Stored<ProjectObject>> {
  return caller.kubernetes.get(projects, { namespace: PROJECTS_NAMESPACE, name });
}

/**
 * The caller's projects: their own ProjectAccess objects name them. Whoever may list all Projects (a cluster
 * administrator) gets all.
 */
export async function listProjects(caller: Caller): Promise<ProjectSummary[]> {
  const [all, roles] = await Promise.all([listAll(caller), ownRoles(caller)]);
  if (all !== undefined) return all.map((project) => summarize(project, roles.get(project.metadata.name) ?? "admin"));
  const found = await mapLimited([...roles], WIDTH, async ([name, role]) => {
    const project = await unlessHidden(getProject(caller, name));
    return project === undefined ? undefined : summarize(project, role);
  });
  return found.filter((project) => project !== undefined);
}

async function listAll(caller: Caller): Promise<Stored<ProjectObject>[] | undefined> {
  try {
    return (await caller.kubernetes.list(projects, { namespace: PROJECTS_NAMESPACE })).items;
  } catch (error) {
    if (isForbidden(error)) return undefined;
    throw error;
  }
}

/** Which projects the caller may enter, and as what, over all the names that they go by. */
export async function ownRoles(caller: Caller): Promise<Map<string, Role>> {
  const access = await mapLimited(accessNames(caller), WIDTH, async (name) =>
    unlessHidden(caller.kubernetes.get(projectAccesses, { namespace: PROJECTS_NAMESPACE, name })),
  );
  const roles = new Map<string, Role>();
  for (const { name, role } of access.flatMap((object) => object?.spec.projects ?? [])) {
    const known = roles.get(name);
    if (known === undefined || RANK[known] < RANK[role]) roles.set(name, role);
  }
  return roles;
}

function accessNames({ identity }: Caller): string[] {
  const kind = identity.userId.startsWith("system:serviceaccount:") ? "ServiceAccount" : "User";
  const groups = identity.groups.map((group) => projectAccessName("Group", group));
  return [...new Set([projectAccessName(kind, identity.userId), ...groups])];
}

/** @throws ApiError INVALID_REQUEST for a name that belongs to Kubernetes or to the platform */
export function refuseReservedName(name: string): void {
  if (isReservedProjectName(name)) throw invalidField("name", `${name} is reserved; choose another name`);
}
