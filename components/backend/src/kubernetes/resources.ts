/** The platform's own kinds, as the Kubernetes client addresses them. */
import {
  API_GROUP,
  API_VERSION,
  type AgenticSession,
  type AgenticSessionSpecInput,
  type Project,
  type ProjectAccess,
  type ProjectSettings,
} from "@pilothouse/contracts";
import { defineResource, type KubernetesObject, type ObjectMeta } from "@pilothouse/kubernetes";

/** A resource as a client writes it or reads it: Kubernetes' metadata, our spec and status. */
type Stored<T extends { spec?: unknown; status?: unknown }> = KubernetesObject & {
  metadata?: ObjectMeta;
  spec: T["spec"];
  status?: T["status"];
};

export type SessionObject = Stored<Omit<AgenticSession, "spec"> & { spec: AgenticSessionSpecInput }>;
export type ProjectObject = Stored<Project>;
export type ProjectAccessObject = Stored<ProjectAccess>;
export type ProjectSettingsObject = KubernetesObject & Pick<ProjectSettings, "spec" | "status">;

const ours = { group: API_GROUP, version: API_VERSION, namespaced: true };

export const agenticSessions = defineResource<SessionObject>({
  ...ours,
  plural: "agenticsessions",
  kind: "AgenticSession",
});
export const projects = defineResource<ProjectObject>({ ...ours, plural: "projects", kind: "Project" });
export const projectAccesses = defineResource<ProjectAccessObject>({
  ...ours,
  plural: "projectaccesses",
  kind: "ProjectAccess",
});
export const projectSettings = defineResource<ProjectSettingsObject>({
  ...ours,
  plural: "projectsettings",
  kind: "ProjectSettings",
});
