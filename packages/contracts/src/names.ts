/** The names that every component agrees on: API group, namespaces, labels, objects, roles. */

export const API_GROUP = "pilothouse.dev";
export const API_VERSION = "v1alpha1";
export const GROUP_VERSION = `${API_GROUP}/${API_VERSION}`;

/** Where the platform's own workloads live. */
export const SYSTEM_NAMESPACE = "pilothouse-system";
/** Where Project and ProjectAccess objects live, so that per-project rules stay out of cluster-wide RBAC. */
export const PROJECTS_NAMESPACE = "pilothouse-projects";

/** Labels and annotations. User-given labels may not use the `pilothouse.dev/` prefix. */
export const LABELS = {
  /** "true" on namespaces that the operator made for a Project. */
  managed: `${API_GROUP}/managed`,
  /** On a managed namespace: the uid of its Project. */
  projectUid: `${API_GROUP}/project-uid`,
  /** On a session's pod and owned objects: the session's name. */
  session: `${API_GROUP}/session`,
  /** On a session's pod and owned objects: the session's uid, which selectors use. */
  sessionUid: `${API_GROUP}/session-uid`,
  /** On a session's Job and pod: the attempt number. */
  attempt: `${API_GROUP}/attempt`,
  /** On a hand-over's Job and pod: which try it is. */
  handover: `${API_GROUP}/handover`,
  /** Annotation on a session: which request it was made for, so that one that is carried out again finds it. */
  request: `${API_GROUP}/request`,
  component: "app.kubernetes.io/component",
  partOf: "app.kubernetes.io/part-of",
  managedBy: "app.kubernetes.io/managed-by",
} as const;

/** Removed by the operator after the session's transcript and archive are deleted. */
export const SESSION_FINALIZER = `${API_GROUP}/transcript`;
/** Removed by the operator after the project's namespace is gone. */
export const PROJECT_FINALIZER = `${API_GROUP}/namespace`;

/** Field managers: one per writer. */
export const FIELD_MANAGERS = {
  operatorSession: "pilothouse-operator-session",
  operatorProject: "pilothouse-operator-project",
  operatorSettings: "pilothouse-operator-settings",
  operatorAccess: "pilothouse-operator-access",
  operatorSpending: "pilothouse-operator-spending",
  operatorIntegrations: "pilothouse-operator-integrations",
  runner: "pilothouse-runner",
  backend: "pilothouse-backend",
} as const;

/** ClusterRoles that project members are bound to. */
export const PROJECT_ROLES = {
  view: "pilothouse-project-view",
  edit: "pilothouse-project-edit",
  admin: "pilothouse-project-admin",
} as const;
export type ProjectRole = keyof typeof PROJECT_ROLES;

/** Objects with a fixed name in each project namespace. */
export const PROJECT_SETTINGS_NAME = "projectsettings";
export const RUNNER_SECRETS_NAME = "pilothouse-runner-secrets";
export const INTEGRATION_SECRETS_NAME = "pilothouse-integration-secrets";
export const FEATURE_FLAG_OVERRIDES_NAME = "feature-flag-overrides";
/** ConfigMap that the operator keeps for a project's session pods; key {@link MCP_SERVERS_FILE}. */
export const SESSION_CONFIGURATION_NAME = "pilothouse-session-configuration";
export const MCP_SERVERS_FILE = "mcp-servers.json";

/** Platform ServiceAccounts in {@link SYSTEM_NAMESPACE}. */
export const OPERATOR_SERVICE_ACCOUNT = "pilothouse-operator";
export const BACKEND_SERVICE_ACCOUNT = "pilothouse-backend";

/** User name of a ServiceAccount as the Kubernetes API reports it. */
export function serviceAccountUser(namespace: string, name: string): string {
  return `system:serviceaccount:${namespace}:${name}`;
}

/** Name of the ServiceAccount, Role, RoleBinding, Secret, PVC and Service of a session. */
export function sessionObjectName(sessionName: string): string {
  return `session-${sessionName}`;
}

/** Name of one attempt's Job. */
export function sessionJobName(sessionName: string, attempt: number): string {
  return `${sessionName}-${attempt}`;
}

/**
 * Name of the Job that hands over to the transcript store what an attempt left on the volume. Short, since a Job's name is
 * a label's value: 63 characters with a session's name of 50.
 */
export function sessionHandoverJobName(sessionName: string, attempt: number, which: number): string {
  return `${sessionName}-${attempt}-h${which}`;
}

/** Project names that nobody may take: they belong to Kubernetes or to the platform. */
export function isReservedProjectName(name: string): boolean {
  return (
    name === "default" ||
    name === "openshift" ||
    name === SYSTEM_NAMESPACE ||
    name === PROJECTS_NAMESPACE ||
    name.startsWith("kube-") ||
    name.startsWith("openshift-") ||
    name.startsWith("pilothouse-")
  );
}
