// The roles and bindings that every Kubernetes cluster starts with, as far as this one has what they speak of.
import type { JsonObject } from "../../json.ts";
import type { KubernetesObject } from "../../objects.ts";

const API = "rbac.authorization.k8s.io/v1";
const READ = ["get", "list", "watch"];
const WRITE = ["create", "delete", "deletecollection", "patch", "update"];

const rule = (verbs: readonly string[], apiGroups: readonly string[], resources: readonly string[]): JsonObject => ({
  verbs: [...verbs],
  apiGroups: [...apiGroups],
  resources: [...resources],
});
const paths = (verbs: readonly string[], nonResourceURLs: readonly string[]): JsonObject => ({
  verbs: [...verbs],
  nonResourceURLs: [...nonResourceURLs],
});

const BOOTSTRAP = { "kubernetes.io/bootstrapping": "rbac-defaults" };
const AUTO_UPDATE = { "rbac.authorization.kubernetes.io/autoupdate": "true" };
const aggregateTo = (role: string): Record<string, string> => ({
  [`rbac.authorization.k8s.io/aggregate-to-${role}`]: "true",
});

function clusterRole(
  name: string,
  rules: readonly JsonObject[],
  labels: Record<string, string> = {},
): KubernetesObject {
  return {
    apiVersion: API,
    kind: "ClusterRole",
    metadata: { name, labels: { ...BOOTSTRAP, ...labels }, annotations: AUTO_UPDATE },
    rules: [...rules],
  };
}

function aggregatedRole(name: string, from: string, labels: Record<string, string> = {}): KubernetesObject {
  return {
    ...clusterRole(name, [], labels),
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: aggregateTo(from) }] },
  };
}

function clusterBinding(role: string, subjects: readonly JsonObject[], name = role): KubernetesObject {
  return {
    apiVersion: API,
    kind: "ClusterRoleBinding",
    metadata: { name, labels: BOOTSTRAP, annotations: AUTO_UPDATE },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role },
    subjects: [...subjects],
  };
}

const group = (name: string): JsonObject => ({ kind: "Group", apiGroup: "rbac.authorization.k8s.io", name });
const user = (name: string): JsonObject => ({ kind: "User", apiGroup: "rbac.authorization.k8s.io", name });

const VIEWABLE = rule(
  READ,
  [""],
  [
    "configmaps",
    "endpoints",
    "events",
    "limitranges",
    "namespaces",
    "namespaces/status",
    "persistentvolumeclaims",
    "persistentvolumeclaims/status",
    "pods",
    "pods/log",
    "pods/status",
    "resourcequotas",
    "resourcequotas/status",
    "serviceaccounts",
    "services",
    "services/status",
  ],
);

export const BOOTSTRAP_ROLES: readonly KubernetesObject[] = [
  clusterRole("cluster-admin", [rule(["*"], ["*"], ["*"]), paths(["*"], ["*"])]),
  aggregatedRole("admin", "admin"),
  aggregatedRole("edit", "edit", aggregateTo("admin")),
  aggregatedRole("view", "view", aggregateTo("edit")),
  clusterRole(
    "system:aggregate-to-view",
    [
      VIEWABLE,
      rule(READ, ["batch"], ["jobs", "jobs/status"]),
      rule(READ, ["discovery.k8s.io"], ["endpointslices"]),
      rule(READ, ["networking.k8s.io"], ["networkpolicies"]),
    ],
    aggregateTo("view"),
  ),
  clusterRole(
    "system:aggregate-to-edit",
    [
      rule(READ, [""], ["pods/attach", "pods/exec", "pods/portforward", "pods/proxy", "secrets", "services/proxy"]),
      rule(["impersonate"], [""], ["serviceaccounts"]),
      rule(WRITE, [""], ["pods", "pods/attach", "pods/exec", "pods/portforward", "pods/proxy"]),
      rule(["create"], [""], ["pods/eviction"]),
      rule(
        WRITE,
        [""],
        ["configmaps", "events", "persistentvolumeclaims", "secrets", "serviceaccounts", "services", "services/proxy"],
      ),
      rule(["create"], [""], ["serviceaccounts/token"]),
      rule(WRITE, ["batch"], ["jobs"]),
      rule(WRITE, ["networking.k8s.io"], ["networkpolicies"]),
      rule([...READ, ...WRITE], ["coordination.k8s.io"], ["leases"]),
    ],
    aggregateTo("edit"),
  ),
  clusterRole(
    "system:aggregate-to-admin",
    [
      rule(["create"], ["authorization.k8s.io"], ["localsubjectaccessreviews"]),
      rule([...READ, ...WRITE], ["rbac.authorization.k8s.io"], ["rolebindings", "roles"]),
    ],
    aggregateTo("admin"),
  ),
  clusterRole("system:discovery", [
    paths(
      ["get"],
      [
        "/api",
        "/api/*",
        "/apis",
        "/apis/*",
        "/healthz",
        "/livez",
        "/openapi",
        "/openapi/*",
        "/readyz",
        "/version",
        "/version/",
      ],
    ),
  ]),
  clusterRole("system:basic-user", [
    rule(["create"], ["authorization.k8s.io"], ["selfsubjectaccessreviews", "selfsubjectrulesreviews"]),
    rule(["create"], ["authentication.k8s.io"], ["selfsubjectreviews"]),
  ]),
  clusterRole("system:public-info-viewer", [
    paths(["get"], ["/healthz", "/livez", "/readyz", "/version", "/version/"]),
  ]),
  clusterRole("system:service-account-issuer-discovery", [
    paths(
      ["get"],
      [
        "/.well-known/openid-configuration",
        "/.well-known/openid-configuration/",
        "/openid/v1/jwks",
        "/openid/v1/jwks/",
      ],
    ),
  ]),
  clusterRole("system:auth-delegator", [
    rule(["create"], ["authentication.k8s.io"], ["tokenreviews"]),
    rule(["create"], ["authorization.k8s.io"], ["subjectaccessreviews"]),
  ]),
  clusterRole("system:monitoring", [
    paths(["get"], ["/healthz", "/healthz/*", "/livez", "/livez/*", "/metrics", "/readyz", "/readyz/*"]),
  ]),
  // The controllers of this cluster run in one process and act under one name, so theirs is one broad role.
  clusterRole("system:kube-controller-manager", [rule(["*"], ["*"], ["*"]), paths(["get"], ["*"])]),
  clusterRole("system:kube-scheduler", [
    rule(READ, [""], ["namespaces", "nodes", "persistentvolumeclaims", "persistentvolumes", "pods", "services"]),
    rule(["create"], [""], ["bindings", "pods/binding"]),
    rule(["delete"], [""], ["pods"]),
    rule(["patch", "update"], [""], ["pods/status"]),
    rule(["create", "patch", "update"], ["", "events.k8s.io"], ["events"]),
    rule(READ, ["storage.k8s.io"], ["storageclasses"]),
    rule([...READ, "create", "update", "patch"], ["coordination.k8s.io"], ["leases"]),
  ]),
  clusterRole("system:node", [
    rule(["create"], ["authentication.k8s.io"], ["tokenreviews"]),
    rule(["create"], ["authorization.k8s.io"], ["localsubjectaccessreviews", "subjectaccessreviews"]),
    rule([...READ, "create", "patch", "update"], [""], ["nodes", "nodes/status"]),
    rule([...READ, "create", "delete"], [""], ["pods"]),
    rule(["patch", "update"], [""], ["pods/status"]),
    rule(READ, [""], ["configmaps", "persistentvolumeclaims", "persistentvolumes", "secrets", "services"]),
    rule(["create", "patch", "update"], [""], ["events"]),
    rule(["create"], [""], ["serviceaccounts/token"]),
    rule(["get"], [""], ["serviceaccounts"]),
    rule([...READ, "create", "delete", "patch", "update"], ["coordination.k8s.io"], ["leases"]),
  ]),
];

export const BOOTSTRAP_BINDINGS: readonly KubernetesObject[] = [
  clusterBinding("cluster-admin", [group("system:masters")]),
  clusterBinding("system:discovery", [group("system:authenticated")]),
  clusterBinding("system:basic-user", [group("system:authenticated")]),
  clusterBinding("system:public-info-viewer", [group("system:authenticated"), group("system:unauthenticated")]),
  clusterBinding("system:service-account-issuer-discovery", [group("system:serviceaccounts")]),
  clusterBinding("system:monitoring", [group("system:monitoring")]),
  clusterBinding("system:kube-controller-manager", [user("system:kube-controller-manager")]),
  clusterBinding("system:kube-scheduler", [user("system:kube-scheduler")]),
  clusterBinding("system:node", [group("system:nodes")]),
];
