// Keeps `status.integrations` of a project's settings: which services it has credentials for, and what the last test of
// each has said. A test is asked for by `spec.integrationChecks`; nobody but the operator may read the credentials.
import {
  FIELD_MANAGERS,
  INTEGRATION_SECRETS_NAME,
  PROJECT_SETTINGS_NAME,
  type IntegrationStatus,
} from "@pilothouse/contracts";
import type { GuardOptions } from "@pilothouse/egress";
import { secrets, type KubernetesClient, type Logger, type Stored } from "@pilothouse/kubernetes";
import { fieldsPatch } from "../apply/status-patch.ts";
import { projectSettings, type ProjectSettingsObject } from "../resources/types.ts";
import { checkCredential } from "./check.ts";
import type { Credentials, Service } from "./services.ts";

export interface IntegrationsReconcilerOptions {
  readonly client: KubernetesClient;
  readonly settings: (namespace: string) => Stored<ProjectSettingsObject> | undefined;
  readonly isManaged: (namespace: string) => boolean;
  /** Keys of the project's integration secret, each with a fingerprint of its value. */
  readonly keys: (namespace: string) => Readonly<Record<string, string>>;
  readonly services: readonly Service[];
  readonly guard: GuardOptions;
  readonly logger: Logger;
  readonly now: () => number;
}

const STATUS_FIELDS = ["integrations"] as const;

export class IntegrationsReconciler {
  readonly #options: IntegrationsReconcilerOptions;
  /** What the keys of a service looked like when it was last tested, by settings uid and service. */
  readonly #tested = new Map<string, string>();

  constructor(options: IntegrationsReconcilerOptions) {
    this.#options = options;
  }

  async reconcile(namespace: string, signal: AbortSignal): Promise<void> {
    const { client, isManaged } = this.#options;
    const cached = this.#options.settings(namespace);
    if (cached === undefined || !isManaged(namespace)) return;
    const key = { namespace, name: PROJECT_SETTINGS_NAME };
    // A cache that lags must not have a test made twice.
    const settings = this.#pending(cached).length === 0 ? cached : await client.find(projectSettings, key, { signal });
    if (settings === undefined) return;
    const pending = this.#pending(settings);
    const credentials = pending.length === 0 ? {} : await this.#credentials(namespace, signal);
    const entries = await Promise.all(
      this.#ids(settings).map(async (id) =>
        pending.includes(id) ? this.#test(settings, id, credentials, signal) : this.#known(settings, id),
      ),
    );
    const patch = fieldsPatch(settings.status, { integrations: entries }, STATUS_FIELDS);
    if (patch === undefined) return;
    const options = { fieldManager: FIELD_MANAGERS.operatorIntegrations, subresource: "status", signal };
    // The list has no other writer, so its version is not asked for: a test that was made must not be made again.
    await client.patch(projectSettings, key, { type: "merge", body: { status: patch } }, options);
  }

  #ids(settings: Stored<ProjectSettingsObject>): string[] {
    const asked = Object.keys(settings.spec?.integrationChecks ?? {});
    return Array.from(new Set([...this.#options.services.map((service) => service.id), ...asked.toSorted()]));
  }

  /** Services whose test is asked for and not answered. */
  #pending(settings: Stored<ProjectSettingsObject>): string[] {
    return Object.entries(settings.spec?.integrationChecks ?? {})
      .filter(([id, requestId]) => formerOf(settings, id)?.requestId !== requestId)
      .map(([id]) => id);
  }

  async #credentials(namespace: string, signal: AbortSignal): Promise<Credentials> {
    const key = { namespace, name: INTEGRATION_SECRETS_NAME };
    const secret = await this.#options.client.find(secrets, key, { signal });
    return Object.fromEntries(
      Object.entries(secret?.data ?? {}).map(([name, value]) => [name, Buffer.from(value, "base64").toString().trim()]),
    );
  }

  async #test(
    settings: Stored<ProjectSettingsObject>,
    id: string,
    credentials: Credentials,
    signal: AbortSignal,
  ): Promise<IntegrationStatus> {
    const { services, guard, logger, now } = this.#options;
    const { namespace = "", uid } = settings.metadata;
    const requestId = settings.spec?.integrationChecks?.[id];
    const service = services.find((candidate) => candidate.id === id);
    if (service === undefined) {
      const message = `${id} is not a service that can be tested`;
      return { id, configured: false, valid: false, checkedAt: new Date(now()).toISOString(), message, requestId };
    }
    const looked = this.#look(namespace, service);
    const verdict = await checkCredential(service, credentials, guard, signal);
    this.#tested.set(`${uid}/${id}`, looked);
    logger.info({ project: namespace, integration: id, valid: verdict.valid }, "a credential was tested");
    const configured = service.requiredKeys.every((key) => credentials[key] !== undefined);
    return { id, configured, ...verdict, checkedAt: new Date(now()).toISOString(), requestId };
  }

  /** Without a test: the last verdict stands as long as the credential that it was about does. */
  #known(settings: Stored<ProjectSettingsObject>, id: string): IntegrationStatus {
    const { services, keys } = this.#options;
    const service = services.find((candidate) => candidate.id === id);
    const former = formerOf(settings, id);
    const present = keys(settings.metadata.namespace ?? "");
    const configured = service?.requiredKeys.every((key) => present[key] !== undefined) ?? false;
    if (service !== undefined && former !== undefined && this.#hasChanged(settings, service, former)) {
      const { requestId } = former;
      return { id, configured, ...(requestId === undefined ? {} : { requestId }) };
    }
    return { ...former, id, configured };
  }

  #hasChanged(settings: Stored<ProjectSettingsObject>, service: Service, former: IntegrationStatus): boolean {
    const { checkedAt } = former;
    if (checkedAt === undefined) return false;
    const { namespace = "", uid } = settings.metadata;
    const tested = this.#tested.get(`${uid}/${service.id}`);
    if (tested !== undefined) return tested !== this.#look(namespace, service);
    // Tested by a former operator: the times say it.
    const times = settings.status?.secrets?.find((entry) => entry.name === INTEGRATION_SECRETS_NAME)?.keys ?? [];
    const relevant = new Set([...service.requiredKeys, ...service.optionalKeys]);
    return times.some(({ name, updatedAt }) => relevant.has(name) && Date.parse(updatedAt) > Date.parse(checkedAt));
  }

  #look(namespace: string, service: Service): string {
    const present = this.#options.keys(namespace);
    return [...service.requiredKeys, ...service.optionalKeys].map((key) => present[key] ?? "").join("/");
  }
}

function formerOf(settings: Stored<ProjectSettingsObject>, id: string): IntegrationStatus | undefined {
  return settings.status?.integrations?.find((entry) => entry.id === id);
}
