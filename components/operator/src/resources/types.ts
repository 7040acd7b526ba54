// Our own kinds as the Kubernetes client sees them: spec and status from the contracts, metadata as stored.
import {
  API_GROUP,
  API_VERSION,
  type AgenticSessionSpec,
  type AgenticSessionStatus,
  type ProjectAccessSpec,
  type ProjectSettingsSpec,
  type ProjectSettingsStatus,
  type ProjectSpec,
  type ProjectStatus,
} from "@pilothouse/contracts";
import { defineResource, type KubernetesObject } from "@pilothouse/kubernetes";

export interface SessionObject extends KubernetesObject {
  spec: AgenticSessionSpec;
  status?: AgenticSessionStatus;
}

export interface ProjectObject extends KubernetesObject {
  spec: ProjectSpec;
  status?: ProjectStatus;
}

export interface ProjectAccessObject extends KubernetesObject {
  spec: ProjectAccessSpec;
}

export interface ProjectSettingsObject extends KubernetesObject {
  spec?: ProjectSettingsSpec;
  status?: ProjectSettingsStatus;
}

const own = { group: API_GROUP, version: API_VERSION, namespaced: true };
export const sessions = defineResource<SessionObject>({ ...own, plural: "agenticsessions", kind: "AgenticSession" });
export const projects = defineResource<ProjectObject>({ ...own, plural: "projects", kind: "Project" });
export const projectAccesses = defineResource<ProjectAccessObject>({
  ...own,
  plural: "projectaccesses",
  kind: "ProjectAccess",
});
export const projectSettings = defineResource<ProjectSettingsObject>({
  ...own,
  plural: "projectsettings",
  kind: "ProjectSettings",
});
