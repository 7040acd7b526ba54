// The operator's view of the cluster: one informer per kind, shared by all controllers.
import { INTEGRATION_SECRETS_NAME, LABELS, PROJECTS_NAMESPACE, RUNNER_SECRETS_NAME } from "@pilothouse/contracts";
import {
  Informer,
  controllerOf,
  jobs,
  namespaces,
  pods,
  roleBindings,
  secrets,
  type Job,
  type KubernetesClient,
  type Logger,
  type Namespace,
  type Pod,
  type RoleBinding,
  type Secret,
  type Stored,
} from "@pilothouse/kubernetes";
import { memberKey, membersOf } from "../access/members.ts";
import {
  projectAccesses,
  projectSettings,
  projects,
  sessions,
  type ProjectAccessObject,
  type ProjectObject,
  type ProjectSettingsObject,
  type SessionObject,
} from "../resources/types.ts";
import type { Fingerprint } from "../settings/fingerprints.ts";
import { withoutValues } from "../settings/secret-keys.ts";

export interface Caches {
  readonly sessions: Informer<SessionObject>;
  readonly jobs: Informer<Job>;
  readonly pods: Informer<Pod>;
  readonly namespaces: Informer<Namespace>;
  readonly projects: Informer<ProjectObject>;
  readonly accesses: Informer<ProjectAccessObject>;
  readonly settings: Informer<ProjectSettingsObject>;
  readonly bindings: Informer<RoleBinding>;
  readonly runnerSecrets: Informer<Secret>;
  readonly integrationSecrets: Informer<Secret>;
}

export const BY_NAMESPACE = "namespace";
export const BY_SESSION_UID = "session-uid";
export const BY_MEMBER = "member";
/** Sessions by the session that they name as their parent. */
export const BY_PARENT = "parent";

/** @param fingerprint stands for each value of a project's secrets */
export function createCaches(
  client: KubernetesClient,
  resyncMilliseconds: number,
  logger: Logger,
  fingerprint: Fingerprint,
): Caches {
  const common = { client, logger };
  const resync = { ...common, resyncMilliseconds };
  const ofSessions = { labelSelector: LABELS.sessionUid };
  const secret = (name: string): Informer<Secret> =>
    new Informer<Secret>({
      ...common,
      resource: secrets,
      selection: { fieldSelector: `metadata.name=${name}` },
      transform: (one) => withoutValues(one, fingerprint),
    });
  return {
    sessions: new Informer<SessionObject>({
      ...resync,
      resource: sessions,
      indexers: { [BY_NAMESPACE]: byNamespace, [BY_PARENT]: byParent },
    }),
    jobs: new Informer<Job>({
      ...common,
      resource: jobs,
      selection: ofSessions,
      indexers: { [BY_SESSION_UID]: byOwningSession },
      transform: slimJob,
    }),
    pods: new Informer<Pod>({
      ...common,
      resource: pods,
      selection: ofSessions,
      indexers: { [BY_SESSION_UID]: bySessionLabel },
      transform: slimPod,
    }),
    namespaces: new Informer<Namespace>({
      ...common,
      resource: namespaces,
      selection: { labelSelector: `${LABELS.managed}=true` },
    }),
    projects: new Informer<ProjectObject>({
      ...resync,
      resource: projects,
      selection: { namespace: PROJECTS_NAMESPACE },
    }),
    accesses: new Informer<ProjectAccessObject>({
      ...common,
      resource: projectAccesses,
      selection: { namespace: PROJECTS_NAMESPACE },
    }),
    settings: new Informer<ProjectSettingsObject>({ ...resync, resource: projectSettings }),
    bindings: new Informer<RoleBinding>({
      ...common,
      resource: roleBindings,
      indexers: { [BY_NAMESPACE]: byNamespace, [BY_MEMBER]: byMember },
    }),
    runnerSecrets: secret(RUNNER_SECRETS_NAME),
    integrationSecrets: secret(INTEGRATION_SECRETS_NAME),
  };
}

export function informersOf(caches: Caches): {
  hasSynced: boolean;
  run(signal: AbortSignal): Promise<void>;
  synced(signal: AbortSignal): Promise<void>;
  resource: { plural: string };
}[] {
  return Object.values(caches);
}

const byNamespace = (object: { metadata: { namespace?: string } }): string[] => [object.metadata.namespace ?? ""];
const byParent = ({ metadata, spec }: Stored<SessionObject>): string[] =>
  spec.parentSession === undefined ? [] : [`${metadata.namespace}/${spec.parentSession}`];
const byMember = (binding: Stored<RoleBinding>): string[] => Array.from(new Set(membersOf(binding).map(memberKey)));

/** A Job is a session's when the session controls it, whatever its labels say. */
function byOwningSession(job: Stored<Job>): string[] {
  const owner = controllerOf(job);
  return owner?.kind === "AgenticSession" ? [owner.uid] : [];
}

/** A pod outlives its Job, so its Job's owner cannot always be asked; but only a Job's pod counts. */
function bySessionLabel(pod: Stored<Pod>): string[] {
  const uid = pod.metadata.labels?.[LABELS.sessionUid];
  return uid !== undefined && controllerOf(pod)?.kind === "Job" ? [uid] : [];
}

/** Thousands of Jobs and pods are kept: their specs are our own writing, and large. */
function slimJob(job: Stored<Job>): Stored<Job> {
  const { managedFields: _, ...metadata } = job.metadata;
  const activeDeadlineSeconds = job.spec?.activeDeadlineSeconds;
  return { ...job, metadata, spec: { activeDeadlineSeconds, template: { spec: { containers: [] } } } };
}

function slimPod(pod: Stored<Pod>): Stored<Pod> {
  const { managedFields: _, annotations: __, ...metadata } = pod.metadata;
  return { ...pod, metadata, spec: undefined };
}
