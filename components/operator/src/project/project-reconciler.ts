// Reconciles one Project: namespace, what is in it, and who may touch the Project object.
import { FIELD_MANAGERS, LABELS, PROJECTS_NAMESPACE, PROJECT_FINALIZER } from "@pilothouse/contracts";
import {
  KubernetesError,
  configMaps,
  isAlreadyExists,
  isNotFound,
  limitRanges,
  namespaces,
  networkPolicies,
  parseKey,
  resourceQuotas,
  roleBindings,
  roles,
  type KubernetesClient,
  type RecordedEvent,
  type ReconcileResult,
  type RoleBinding,
  type Stored,
} from "@pilothouse/kubernetes";
import { rolesOfMembers } from "../access/members.ts";
import { ensureObject } from "../apply/ensure.ts";
import { fieldsPatch } from "../apply/status-patch.ts";
import { projectSettings, projects, type ProjectObject } from "../resources/types.ts";
import { decideProject, type ProjectAction, type ProjectDecision, type ProjectObservation } from "./decide-project.ts";
import {
  initialSettings,
  ownerBinding,
  projectConfiguration,
  projectLimits,
  projectNamespace,
  projectNetworkPolicy,
  projectQuota,
  projectRoleNames,
  projectRoles,
} from "./project-objects.ts";

export interface ProjectReconcilerOptions {
  readonly client: KubernetesClient;
  readonly bindingsIn: (namespace: string) => readonly Stored<RoleBinding>[];
  readonly quota: Readonly<Record<string, string>>;
  /** Labels of the namespaces whose pods may read the metrics of sessions; none = nobody. */
  readonly monitoringSelector: Readonly<Record<string, string>>;
  /** Ports that runners listen on, as the agent registry says. */
  readonly runnerPorts: () => Promise<readonly number[]>;
  /** File names and contents for the brokers and runners of every project. */
  readonly configuration: () => Promise<Readonly<Record<string, string>>>;
  readonly record: (project: Stored<ProjectObject>, event: RecordedEvent) => void;
  readonly now: () => number;
}

const STATUS_FIELDS = ["phase", "message", "namespaceUid", "observedGeneration", "conditions"] as const;
const MOST_ROUNDS = 6;

export class ProjectReconciler {
  readonly #options: ProjectReconcilerOptions;

  constructor(options: ProjectReconcilerOptions) {
    this.#options = options;
  }

  async reconcile(key: string, signal: AbortSignal): Promise<ReconcileResult> {
    const { client } = this.#options;
    // Projects are few and rarely change: each look is at the source.
    let project = await client.find(projects, parseKey(key), { signal });
    if (project === undefined) return {};
    let furnished = false;
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const decision = decideProject(await this.#observe(project, furnished, signal));
      if (decision.action !== "removeFinalizer") project = await this.#writeStatus(project, decision, signal);
      const { action, wakeMilliseconds } = decision;
      if (action === undefined)
        return wakeMilliseconds === undefined ? {} : { requeueAfterMilliseconds: wakeMilliseconds };
      project = await this.#perform(project, action, signal);
      furnished = action === "furnish";
      if (action === "removeFinalizer") return {};
    }
    throw new Error(`project ${key}: no steady state after ${MOST_ROUNDS} rounds`);
  }

  async #observe(project: Stored<ProjectObject>, furnished: boolean, signal: AbortSignal): Promise<ProjectObservation> {
    const { client, now } = this.#options;
    const { name, namespace: home = "", uid, generation = 0, deletionTimestamp, finalizers } = project.metadata;
    const namespace = await client.find(namespaces, { name }, { signal });
    return {
      now: now(),
      name,
      home,
      generation,
      deleting: deletionTimestamp !== undefined,
      hasFinalizer: finalizers?.includes(PROJECT_FINALIZER) === true,
      status: project.status ?? {},
      namespace:
        namespace === undefined
          ? undefined
          : {
              uid: namespace.metadata.uid,
              ours: namespace.metadata.labels?.[LABELS.projectUid] === uid,
              terminating: namespace.metadata.deletionTimestamp !== undefined,
            },
      furnished,
    };
  }

  async #writeStatus(
    project: Stored<ProjectObject>,
    decision: ProjectDecision,
    signal: AbortSignal,
  ): Promise<Stored<ProjectObject>> {
    const patch = fieldsPatch(project.status, decision.status, STATUS_FIELDS);
    if (patch === undefined) return project;
    const { namespace, name, resourceVersion } = project.metadata;
    const body = { metadata: { resourceVersion }, status: patch };
    const options = { fieldManager: FIELD_MANAGERS.operatorProject, subresource: "status", signal };
    const written = await this.#options.client.patch(projects, { namespace, name }, { type: "merge", body }, options);
    if (written.status?.phase !== project.status?.phase) this.#announce(written);
    return written;
  }

  #announce(project: Stored<ProjectObject>): void {
    const { phase, message = "" } = project.status ?? {};
    if (phase === "Ready")
      this.#options.record(project, {
        type: "Normal",
        reason: "Ready",
        message: `namespace ${project.metadata.name} is ready`,
      });
    if (phase === "Failed") this.#options.record(project, { type: "Warning", reason: "Refused", message });
  }

  async #perform(
    project: Stored<ProjectObject>,
    action: ProjectAction,
    signal: AbortSignal,
  ): Promise<Stored<ProjectObject>> {
    const { client } = this.#options;
    const { name } = project.metadata;
    switch (action) {
      case "addFinalizer":
        return this.#writeFinalizers(project, [...(project.metadata.finalizers ?? []), PROJECT_FINALIZER], signal);
      case "createNamespace":
        await client
          .create(namespaces, projectNamespace(project), { fieldManager: FIELD_MANAGERS.operatorProject, signal })
          .catch((error: unknown) => {
            // The next look says whose it is.
            if (!isAlreadyExists(error)) throw error;
          });
        return project;
      case "deleteNamespace": {
        const live = await client.find(namespaces, { name }, { signal });
        if (live?.metadata.labels?.[LABELS.projectUid] !== project.metadata.uid) return project;
        await client
          .delete(namespaces, { name }, { preconditions: { uid: live.metadata.uid }, signal })
          .catch((error: unknown) => {
            if (!(error instanceof KubernetesError && (error.status === 404 || error.status === 409))) throw error;
          });
        return project;
      }
      case "furnish":
        await this.#furnish(project, signal);
        return project;
      case "removeFinalizer":
        await this.#removeRoles(name, signal);
        return this.#writeFinalizers(
          project,
          (project.metadata.finalizers ?? []).filter((finalizer) => finalizer !== PROJECT_FINALIZER),
          signal,
        );
    }
  }

  async #writeFinalizers(
    project: Stored<ProjectObject>,
    finalizers: string[],
    signal: AbortSignal,
  ): Promise<Stored<ProjectObject>> {
    const { namespace, name, resourceVersion } = project.metadata;
    const body = { metadata: { resourceVersion, finalizers } };
    const options = { fieldManager: FIELD_MANAGERS.operatorProject, signal };
    return this.#options.client.patch(projects, { namespace, name }, { type: "merge", body }, options);
  }

  async #furnish(project: Stored<ProjectObject>, signal: AbortSignal): Promise<void> {
    const { client, quota, configuration, bindingsIn, runnerPorts, monitoringSelector } = this.#options;
    const { name } = project.metadata;
    const options = { fieldManager: FIELD_MANAGERS.operatorProject, signal };
    const [files, ports] = await Promise.all([configuration(), runnerPorts()]);
    const work: Promise<void>[] = [
      ensureObject(client, roleBindings, ownerBinding(project), options),
      ensureObject(client, projectSettings, initialSettings(project), { ...options, onlyCreate: true }),
      ensureObject(client, limitRanges, projectLimits(name), options),
      ensureObject(client, networkPolicies, projectNetworkPolicy(name, ports, monitoringSelector), options),
      ensureObject(client, configMaps, projectConfiguration(name, files), options),
    ];
    if (Object.keys(quota).length > 0)
      work.push(ensureObject(client, resourceQuotas, projectQuota(name, quota), options));
    // The owner's own binding may be so new that the cache has not seen it yet.
    const members = rolesOfMembers([...bindingsIn(name), ownerBinding(project)]);
    const admins = members.filter((entry) => entry.role === "admin");
    for (const { role, binding } of projectRoles(
      name,
      members.map((entry) => entry.member),
      admins.map((entry) => entry.member),
    )) {
      // A binding to a Role that is not there yet is refused.
      const bind = async (): Promise<void> => {
        await ensureObject(client, roles, role, options);
        await ensureObject(client, roleBindings, binding, options);
      };
      work.push(bind());
    }
    await Promise.all(work);
  }

  async #removeRoles(project: string, signal: AbortSignal): Promise<void> {
    for (const name of projectRoleNames(project)) {
      for (const resource of [roleBindings, roles]) {
        await this.#options.client
          .delete(resource, { namespace: PROJECTS_NAMESPACE, name }, { signal })
          .catch((error: unknown) => {
            if (!isNotFound(error)) throw error;
          });
      }
    }
  }
}
