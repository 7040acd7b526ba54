// rbac.authorization.k8s.io/v1.
import { defineResource, type KubernetesObject, type LabelSelector } from "./meta.ts";

export interface PolicyRule {
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
  verbs: string[];
}

export interface Role extends KubernetesObject {
  rules?: PolicyRule[];
}

export interface ClusterRole extends Role {
  aggregationRule?: { clusterRoleSelectors?: LabelSelector[] };
}

export interface RoleRef {
  apiGroup: string;
  kind: string;
  name: string;
}

export interface Subject {
  kind: string;
  name: string;
  apiGroup?: string;
  namespace?: string;
}

export interface RoleBinding extends KubernetesObject {
  roleRef: RoleRef;
  subjects?: Subject[];
}

export type ClusterRoleBinding = RoleBinding;

const rbac = { group: "rbac.authorization.k8s.io", version: "v1" };
export const roles = defineResource<Role>({ ...rbac, plural: "roles", kind: "Role", namespaced: true });
export const roleBindings = defineResource<RoleBinding>({
  ...rbac,
  plural: "rolebindings",
  kind: "RoleBinding",
  namespaced: true,
});
export const clusterRoles = defineResource<ClusterRole>({
  ...rbac,
  plural: "clusterroles",
  kind: "ClusterRole",
  namespaced: false,
});
export const clusterRoleBindings = defineResource<ClusterRoleBinding>({
  ...rbac,
  plural: "clusterrolebindings",
  kind: "ClusterRoleBinding",
  namespaced: false,
});
