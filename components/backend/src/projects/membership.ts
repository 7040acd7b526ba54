/** What the caller is in a project, by Kubernetes' own rules for them. */
import {
  API_GROUP,
  FEATURE_FLAG_OVERRIDES_NAME,
  PROJECTS_NAMESPACE,
  type ProjectAction,
  type Role,
  RUNNER_SECRETS_NAME,
} from "@pilothouse/contracts";
import { demand, isAllowed, Rules } from "../identity/access.ts";
import type { Caller } from "../identity/identity.ts";
import { projects } from "../kubernetes/resources.ts";

const RBAC = "rbac.authorization.k8s.io";

/** Verb, group, resource and, where a role names single objects, the object. */
type Question = [verb: string, group: string, resource: string, name?: string];

const ACTIONS: Readonly<Record<Exclude<ProjectAction, "updateProject" | "deleteProject">, Question>> = {
  viewSessions: ["get", API_GROUP, "agenticsessions"],
  createSessions: ["create", API_GROUP, "agenticsessions"],
  updateSessions: ["update", API_GROUP, "agenticsessions"],
  deleteSessions: ["delete", API_GROUP, "agenticsessions"],
  manageSettings: ["update", API_GROUP, "projectsettings"],
  manageSecrets: ["patch", "", "secrets", RUNNER_SECRETS_NAME],
  manageMembers: ["create", RBAC, "rolebindings"],
  manageKeys: ["create", "", "serviceaccounts"],
  manageFlags: ["update", "", "configmaps", FEATURE_FLAG_OVERRIDES_NAME],
};

/** Actions in the order of the table, from the caller's rules in the namespace. */
export function actionsOf(rules: Rules): ProjectAction[] {
  return (Object.keys(ACTIONS) as (keyof typeof ACTIONS)[]).filter((action) => rules.allow(...ACTIONS[action]));
}

/** The role that the actions amount to; undefined for someone without rights here. */
export function roleOf(actions: readonly ProjectAction[]): Role | undefined {
  if (actions.includes("manageMembers") && actions.includes("manageSettings")) return "admin";
  if (actions.includes("createSessions")) return "edit";
  return actions.includes("viewSessions") ? "view" : undefined;
}

/** Refuses a caller who may not read the project's sessions: the same answer whether the project exists or not. */
export async function demandProject(caller: Caller, project: string): Promise<void> {
  await demand(caller, { group: API_GROUP, resource: "agenticsessions", verb: "list", namespace: project });
}

/** Whether the caller may update and delete the Project object itself. */
export async function projectObjectActions(caller: Caller, project: string): Promise<ProjectAction[]> {
  const attributes = { group: API_GROUP, resource: projects.plural, namespace: PROJECTS_NAMESPACE, name: project };
  const [update, remove] = await Promise.all([
    isAllowed(caller, { ...attributes, verb: "update" }),
    isAllowed(caller, { ...attributes, verb: "delete" }),
  ]);
  return [...(update ? (["updateProject"] as const) : []), ...(remove ? (["deleteProject"] as const) : [])];
}
