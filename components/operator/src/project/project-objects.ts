// What a project's namespace holds, and the Roles that open the Project object itself to its members.
import {
  API_GROUP,
  BROKER_PORT,
  LABELS,
  PROJECTS_NAMESPACE,
  PROJECT_ROLES,
  PROJECT_SETTINGS_NAME,
  SYSTEM_NAMESPACE,
} from "@pilothouse/contracts";
import type {
  ConfigMap,
  LimitRange,
  Namespace,
  NetworkPolicy,
  ResourceQuota,
  Role,
  RoleBinding,
  Stored,
} from "@pilothouse/kubernetes";
import { memberOf, subjectOf, type Member } from "../access/members.ts";
import type { ProjectObject, ProjectSettingsObject } from "../resources/types.ts";
import { CONFIGURATION_NAME, OPERATOR_NAME } from "../session/names.ts";

const RBAC = "rbac.authorization.k8s.io";
const labels = (component: string): Record<string, string> => ({
  [LABELS.managedBy]: OPERATOR_NAME,
  [LABELS.partOf]: "pilothouse",
  [LABELS.component]: component,
});

export function projectNamespace(project: Stored<ProjectObject>): Namespace {
  return {
    metadata: {
      name: project.metadata.name,
      labels: {
        ...labels("project"),
        [LABELS.managed]: "true",
        [LABELS.projectUid]: project.metadata.uid,
        "pod-security.kubernetes.io/enforce": "restricted",
        "pod-security.kubernetes.io/warn": "restricted",
      },
    },
  };
}

export function ownerBinding(project: Stored<ProjectObject>): RoleBinding {
  const { name } = project.metadata;
  const owner = memberOf({ kind: "User", name: project.spec.owner }, name) ?? {
    kind: "User",
    name: project.spec.owner,
  };
  return {
    metadata: { name: "pilothouse-owner", namespace: name, labels: labels("project") },
    roleRef: { apiGroup: RBAC, kind: "ClusterRole", name: PROJECT_ROLES.admin },
    subjects: [subjectOf(owner)],
  };
}

export function initialSettings(project: Stored<ProjectObject>): ProjectSettingsObject {
  return {
    metadata: { name: PROJECT_SETTINGS_NAME, namespace: project.metadata.name, labels: labels("project") },
    spec: {},
  };
}

export function projectQuota(namespace: string, hard: Readonly<Record<string, string>>): ResourceQuota {
  return { metadata: { name: "pilothouse", namespace, labels: labels("project") }, spec: { hard: { ...hard } } };
}

/** A container that names no requests gets small ones, so that a quota over requests can be set at all. */
export function projectLimits(namespace: string): LimitRange {
  return {
    metadata: { name: "pilothouse", namespace, labels: labels("project") },
    spec: { limits: [{ type: "Container", defaultRequest: { cpu: "50m", memory: "64Mi" } }] },
  };
}

/** Metadata and platform services of clouds, which answer whoever asks from a node. */
const METADATA_V4 = ["169.254.0.0/16", "100.100.100.200/32", "168.63.129.16/32"];
const METADATA_V6 = ["fe80::/10", "fd00:ec2::254/128"];

/**
 * Nothing reaches a session's pod but the platform, on the runner's port, and whoever gathers metrics; nothing in it
 * reaches the metadata services of its node.
 */
export function projectNetworkPolicy(
  namespace: string,
  runnerPorts: readonly number[],
  monitoringSelector: Readonly<Record<string, string>>,
): NetworkPolicy {
  const ports = (numbers: readonly number[]): { protocol: string; port: number }[] =>
    numbers.map((port) => ({ protocol: "TCP", port }));
  const monitored = Object.keys(monitoringSelector).length > 0;
  return {
    metadata: { name: "pilothouse", namespace, labels: labels("project") },
    spec: {
      podSelector: {},
      policyTypes: ["Ingress", "Egress"],
      ingress: [
        {
          from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": SYSTEM_NAMESPACE } } }],
          ports: ports(runnerPorts),
        },
        // An empty selector would mean every namespace.
        ...(monitored
          ? [
              {
                from: [{ namespaceSelector: { matchLabels: { ...monitoringSelector } } }],
                ports: ports([...runnerPorts, BROKER_PORT]),
              },
            ]
          : []),
      ],
      egress: [
        {
          to: [
            { ipBlock: { cidr: "0.0.0.0/0", except: METADATA_V4 } },
            { ipBlock: { cidr: "::/0", except: METADATA_V6 } },
          ],
        },
      ],
    },
  };
}

/** models.json and prices.json of the installation, for the brokers and runners of this project. */
export function projectConfiguration(namespace: string, files: Readonly<Record<string, string>>): ConfigMap {
  return { metadata: { name: CONFIGURATION_NAME, namespace, labels: labels("project") }, data: { ...files } };
}

export interface ProjectRoleObjects {
  readonly role: Role;
  readonly binding: RoleBinding;
}

/** Members may read the Project object; its admins may change and delete it. */
export function projectRoles(
  project: string,
  members: readonly Member[],
  admins: readonly Member[],
): ProjectRoleObjects[] {
  return [
    projectRole(project, "member", ["get"], members),
    projectRole(project, "admin", ["get", "update", "patch", "delete"], admins),
  ];
}

export function projectRoleNames(project: string): string[] {
  return [`project-${project}-member`, `project-${project}-admin`];
}

function projectRole(
  project: string,
  kind: "member" | "admin",
  verbs: string[],
  subjects: readonly Member[],
): ProjectRoleObjects {
  const metadata = { name: `project-${project}-${kind}`, namespace: PROJECTS_NAMESPACE, labels: labels("project") };
  return {
    role: { metadata, rules: [{ apiGroups: [API_GROUP], resources: ["projects"], resourceNames: [project], verbs }] },
    binding: {
      metadata,
      roleRef: { apiGroup: RBAC, kind: "Role", name: metadata.name },
      subjects: subjects.map(subjectOf),
    },
  };
}
