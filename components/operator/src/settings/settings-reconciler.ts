// Carries out a project's settings: groups get their RoleBindings, sessions their configuration, and status says which
// keys are set.
import { createHash } from "node:crypto";
import {
  API_GROUP,
  FIELD_MANAGERS,
  LABELS,
  MCP_SERVERS_FILE,
  PROJECT_ROLES,
  PROJECT_SETTINGS_NAME,
  SESSION_CONFIGURATION_NAME,
  type McpServers,
  type McpServersFile,
  type ProjectSettingsStatus,
} from "@pilothouse/contracts";
import {
  configMaps,
  isNotFound,
  roleBindings,
  type ConfigMap,
  type KubernetesClient,
  type RoleBinding,
  type Secret,
  type Stored,
} from "@pilothouse/kubernetes";
import { ensureObject } from "../apply/ensure.ts";
import { fieldsPatch } from "../apply/status-patch.ts";
import { projectSettings, type ProjectSettingsObject } from "../resources/types.ts";
import { OPERATOR_NAME } from "../session/names.ts";
import { secretStatus } from "./secret-keys.ts";

export interface SettingsReconcilerOptions {
  readonly client: KubernetesClient;
  readonly settings: (namespace: string) => Stored<ProjectSettingsObject> | undefined;
  readonly isManaged: (namespace: string) => boolean;
  readonly bindingsIn: (namespace: string) => readonly Stored<RoleBinding>[];
  /** The project's own secrets that exist, values replaced by fingerprints. */
  readonly secretsIn: (namespace: string) => readonly Stored<Secret>[];
  /** Tool servers that the installation gives to every session. */
  readonly platformMcpServers: () => Promise<McpServers>;
  readonly now: () => number;
}

const GROUP_ACCESS_LABEL = `${API_GROUP}/group-access`;
const STATUS_FIELDS = ["secrets", "observedGeneration"] as const;

export class SettingsReconciler {
  readonly #options: SettingsReconcilerOptions;

  constructor(options: SettingsReconcilerOptions) {
    this.#options = options;
  }

  async reconcile(namespace: string, signal: AbortSignal): Promise<void> {
    const settings = this.#options.settings(namespace);
    if (settings === undefined || !this.#options.isManaged(namespace)) return;
    await this.#bindGroups(namespace, settings, signal);
    const { client, platformMcpServers } = this.#options;
    const configuration = sessionConfiguration(namespace, {
      platform: await platformMcpServers(),
      project: settings.spec?.mcpServers ?? {},
    });
    await ensureObject(client, configMaps, configuration, { fieldManager: FIELD_MANAGERS.operatorSettings, signal });
    await this.#writeStatus(namespace, settings, signal);
  }

  async #bindGroups(namespace: string, settings: Stored<ProjectSettingsObject>, signal: AbortSignal): Promise<void> {
    const { client, bindingsIn } = this.#options;
    const wanted = groupBindings(namespace, settings);
    const names = new Set(wanted.map((binding) => binding.metadata?.name));
    for (const binding of wanted) {
      await ensureObject(client, roleBindings, binding, { fieldManager: FIELD_MANAGERS.operatorSettings, signal });
    }
    for (const binding of bindingsIn(namespace)) {
      const { name, labels } = binding.metadata;
      if (labels?.[GROUP_ACCESS_LABEL] !== "true" || names.has(name)) continue;
      await client.delete(roleBindings, { namespace, name }, { signal }).catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
    }
  }

  async #writeStatus(namespace: string, settings: Stored<ProjectSettingsObject>, signal: AbortSignal): Promise<void> {
    const { client, secretsIn, now } = this.#options;
    const present = secretsIn(namespace).toSorted((left, right) => (left.metadata.name < right.metadata.name ? -1 : 1));
    const secrets = present.map((secret) => {
      const former = settings.status?.secrets?.find((entry) => entry.name === secret.metadata.name);
      return secretStatus(secret, former, now());
    });
    const status: ProjectSettingsStatus = { secrets, observedGeneration: settings.metadata.generation };
    const patch = fieldsPatch(settings.status, status, STATUS_FIELDS);
    if (patch !== undefined) {
      const body = { metadata: { resourceVersion: settings.metadata.resourceVersion }, status: patch };
      const options = { fieldManager: FIELD_MANAGERS.operatorSettings, subresource: "status", signal };
      await client.patch(projectSettings, { namespace, name: PROJECT_SETTINGS_NAME }, { type: "merge", body }, options);
    }
  }
}

/** What the session pods of a project are told beyond their own spec. Its name is fixed: no session can ask for another. */
export function sessionConfiguration(namespace: string, mcpServers: McpServersFile): ConfigMap {
  return {
    metadata: {
      name: SESSION_CONFIGURATION_NAME,
      namespace,
      labels: { [LABELS.managedBy]: OPERATOR_NAME, [LABELS.component]: "session" },
    },
    data: { [MCP_SERVERS_FILE]: JSON.stringify(mcpServers) },
  };
}

/** The role is part of the name: a RoleBinding's role cannot be changed. */
export function groupBindings(namespace: string, settings: ProjectSettingsObject): RoleBinding[] {
  return (settings.spec?.groupAccess ?? []).map(({ groupName, role }) => ({
    metadata: {
      name: `pilothouse-group-${role}-${createHash("sha256").update(groupName).digest("hex").slice(0, 20)}`,
      namespace,
      labels: { [GROUP_ACCESS_LABEL]: "true", [LABELS.managedBy]: OPERATOR_NAME },
    },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: PROJECT_ROLES[role] },
    subjects: [{ kind: "Group", name: groupName, apiGroup: "rbac.authorization.k8s.io" }],
  }));
}
