/**
 * Access keys: a ServiceAccount with a role in the project, and a token of its own. What is known about a key is in the
 * ServiceAccount's annotations; the token is shown once and kept nowhere.
 */
import { createHash } from "node:crypto";
import { API_GROUP, LABELS, PROJECT_ROLES, Role, serviceAccountUser, type ProjectKey } from "@pilothouse/contracts";
import type { RoleBinding, ServiceAccount, Stored } from "@pilothouse/kubernetes";
import type { KeyRecord } from "../store/store.ts";

export const KEY_SELECTOR = `${LABELS.component}=access-key`;
const PREFIX = "key-";

/** What a ServiceAccount's name holds of a key's name. */
const LONGEST_SLUG = 40;

const NOTES = {
  name: `${API_GROUP}/key-name`,
  description: `${API_GROUP}/key-description`,
  role: `${API_GROUP}/key-role`,
  createdBy: `${API_GROUP}/key-created-by`,
  expiresAt: `${API_GROUP}/key-expires-at`,
} as const;

/** The Kubernetes API gives no token for less than ten minutes; a shorter life is ended by the backend. */
export const SHORTEST_TOKEN_SECONDS = 600;

export interface NewKey {
  readonly name: string;
  readonly description: string;
  readonly role: Role;
  readonly createdBy: string;
  readonly expiresAt: Date;
}

/** A name that is a DNS label is part of the id as it is; of another, what fits, and a digest of all of it. */
export function keyId(name: string): string {
  if (/^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/.test(name) && name.length <= LONGEST_SLUG) return `${PREFIX}${name}`;
  const slug = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, LONGEST_SLUG - 9);
  const digest = createHash("sha256").update(name).digest("hex").slice(0, 8);
  return `${PREFIX}${[slug.replaceAll(/^-|-$/g, ""), digest].filter((part) => part !== "").join("-")}`;
}

export function keyAccount(key: NewKey): ServiceAccount {
  return {
    metadata: {
      name: keyId(key.name),
      labels: { [LABELS.component]: "access-key" },
      annotations: {
        [NOTES.name]: key.name,
        [NOTES.description]: key.description,
        [NOTES.role]: key.role,
        [NOTES.createdBy]: key.createdBy,
        [NOTES.expiresAt]: key.expiresAt.toISOString(),
      },
    },
    automountServiceAccountToken: false,
  };
}

/** Goes with its ServiceAccount. */
export function keyBinding(project: string, account: Stored<ServiceAccount>, role: Role): RoleBinding {
  const { name, uid } = account.metadata;
  return {
    metadata: {
      name,
      labels: { [LABELS.component]: "access-key" },
      ownerReferences: [{ apiVersion: "v1", kind: "ServiceAccount", name, uid }],
    },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: PROJECT_ROLES[role] },
    subjects: [{ kind: "ServiceAccount", name, namespace: project }],
  };
}

export function presentKey(account: Stored<ServiceAccount>, record: KeyRecord | undefined): ProjectKey {
  const { name, annotations = {}, creationTimestamp = "" } = account.metadata;
  const role = Role.safeParse(annotations[NOTES.role]);
  const createdBy = annotations[NOTES.createdBy];
  return {
    id: name,
    name: annotations[NOTES.name] ?? name.slice(PREFIX.length),
    description: annotations[NOTES.description] ?? "",
    role: role.success ? role.data : "view",
    createdAt: creationTimestamp,
    ...(createdBy === undefined ? {} : { createdBy }),
    expiresAt: annotations[NOTES.expiresAt] ?? "",
    lastUsedAt: record?.lastUsedAt === undefined ? null : new Date(record.lastUsedAt).toISOString(),
  };
}

export function isKeyAccount(account: Stored<ServiceAccount>): boolean {
  return account.metadata.labels?.[LABELS.component] === "access-key";
}

/** `{project, id}` of the key that a user name belongs to, or undefined for anyone else. */
export function keyOfUser(userId: string): { project: string; id: string } | undefined {
  const match = /^system:serviceaccount:([^:]+):(key-[^:]+)$/.exec(userId);
  const [, project, id] = match ?? [];
  return project === undefined || id === undefined ? undefined : { project, id };
}

export function keyUser(project: string, id: string): string {
  return serviceAccountUser(project, id);
}
