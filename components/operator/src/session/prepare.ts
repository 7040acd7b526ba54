// The step between "may start" and the Job: no former pod lives, and identity and workspace are there and are ours.
// Also turns the API server's refusals into what they mean for the session.
import { LABELS, sessionObjectName } from "@pilothouse/contracts";
import {
  KubernetesError,
  isAlreadyExists,
  isNotFound,
  jobs,
  persistentVolumeClaims,
  pods,
  roleBindings,
  roles,
  secrets,
  serviceAccounts,
  services,
  type KubernetesClient,
  type KubernetesObject,
  type ResourceType,
  type RoleBinding,
  type Stored,
} from "@pilothouse/kubernetes";
import { isDeepStrictEqual } from "node:util";
import type { SessionObject } from "../resources/types.ts";
import { jobFactOf, podFactOf } from "./facts.ts";
import { isOfAttempt } from "./draft.ts";
import type { BlockReason, JobFact, PodFact, Preparation } from "./observation.ts";
import { brokerSecret, sessionObjects, type SessionObjects } from "./objects.ts";

export interface PrepareOptions {
  readonly workspaceSize: string;
  readonly storageClass: string | undefined;
  readonly port: number;
}

const DONE: Preparation = { state: "done" };
export const blocked = (reason: BlockReason, message: string): Preparation => ({ state: "blocked", reason, message });

export async function prepare(
  client: KubernetesClient,
  session: Stored<SessionObject>,
  { attempt, again }: { readonly attempt: number; readonly again: boolean },
  options: PrepareOptions,
  signal: AbortSignal,
): Promise<Preparation> {
  if (attempt > 1 || again) {
    const former = await formerAlive(client, session, attempt, signal);
    if (former !== undefined) return blocked("FormerPodAlive", `waiting for ${former} of the former attempt to end`);
  }
  const objects = sessionObjects(session, options);
  const results = await Promise.all([
    ensure(client, serviceAccounts, objects.serviceAccount, session, signal),
    ensureAccess(client, session, objects, signal),
    ensure(client, persistentVolumeClaims, objects.workspace, session, signal),
    ensure(client, services, objects.service, session, signal),
    ensureSecret(client, session, attempt > 1 || again, signal),
  ]);
  return results.find((result) => result.state === "blocked") ?? DONE;
}

/** The Role first: a binding to a Role that is not there yet is refused. */
export async function ensureAccess(
  client: KubernetesClient,
  session: Stored<SessionObject>,
  { role, roleBinding }: SessionObjects,
  signal: AbortSignal,
): Promise<Preparation> {
  const made = await ensure(client, roles, role, session, signal, (live) => isDeepStrictEqual(live.rules, role.rules));
  if (made.state === "blocked") return made;
  const same = (live: RoleBinding): boolean =>
    isDeepStrictEqual(live.roleRef, roleBinding.roleRef) && isDeepStrictEqual(live.subjects, roleBinding.subjects);
  return ensure(client, roleBindings, roleBinding, session, signal, same);
}

/**
 * Asked of the API server itself: the caches may lag, and two live runners for one session must never be.
 * @param attempt whose own Job and pod are no former ones; undefined = all are
 */
export async function formerAlive(
  client: KubernetesClient,
  session: Stored<SessionObject>,
  attempt: number | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  const selection = {
    namespace: session.metadata.namespace,
    labelSelector: `${LABELS.sessionUid}=${session.metadata.uid}`,
    signal,
  };
  const [jobList, podList] = await Promise.all([client.list(jobs, selection), client.list(pods, selection)]);
  const jobFacts = jobList.items.map(jobFactOf);
  // A pod of this very attempt is in its place if its Job is; without its Job it is left over from one that was deleted.
  const isOwn = (fact: JobFact | PodFact): boolean => attempt !== undefined && isOfAttempt(fact, attempt);
  const inPlace = jobFacts.some(isOwn);
  const pod = podList.items.map(podFactOf).find((fact) => fact.live && !(inPlace && isOwn(fact)));
  if (pod !== undefined) return `pod ${pod.name}`;
  const job = jobFacts.find((fact) => fact.finished === undefined && !isOwn(fact));
  return job === undefined ? undefined : `Job ${job.name}`;
}

/** Creates the object, or makes sure that the one that is there belongs to this session and is as it should be. */
export async function ensure<T extends KubernetesObject>(
  client: KubernetesClient,
  resource: ResourceType<T>,
  desired: T,
  session: Stored<SessionObject>,
  signal: AbortSignal,
  asDesired: (live: Stored<T>) => boolean = () => true,
): Promise<Preparation> {
  try {
    await client.create(resource, desired, { signal });
    return DONE;
  } catch (error) {
    if (!isAlreadyExists(error)) return refusal(error);
  }
  const key = { namespace: session.metadata.namespace, name: desired.metadata?.name ?? "" };
  const live = await client.find(resource, key, { signal });
  if (live === undefined)
    return blocked("WorkspaceTerminating", `${resource.kind} ${key.name} has just gone: making it again`);
  const owner = ownership(live, session);
  if (owner !== "ours" || live.metadata.deletionTimestamp !== undefined)
    return notUsable(resource.kind, key.name, owner);
  if (asDesired(live)) return DONE;
  await client.update(
    resource,
    { ...desired, metadata: { ...desired.metadata, resourceVersion: live.metadata.resourceVersion } },
    { signal },
  );
  return DONE;
}

/**
 * The broker's token is made once. The operator may not read Secrets, so one that is in the way of a first attempt,
 * when nothing of ours can be using it, is replaced instead of examined.
 */
async function ensureSecret(
  client: KubernetesClient,
  session: Stored<SessionObject>,
  mayBeInUse: boolean,
  signal: AbortSignal,
): Promise<Preparation> {
  const desired = brokerSecret(session);
  try {
    await client.create(secrets, desired, { signal });
    return DONE;
  } catch (error) {
    if (!isAlreadyExists(error)) return refusal(error);
  }
  if (mayBeInUse) return DONE;
  const key = { namespace: session.metadata.namespace, name: sessionObjectName(session.metadata.name) };
  await client.delete(secrets, key, { signal }).catch((error: unknown) => {
    if (!isNotFound(error)) throw error;
  });
  return blocked("WorkspaceTerminating", `Secret ${key.name} was in the way: making it anew`);
}

export type Ownership = "ours" | "former session" | "foreign";

export function ownership(live: KubernetesObject, session: Stored<SessionObject>): Ownership {
  const owners = live.metadata?.ownerReferences ?? [];
  if (owners.some((owner) => owner.uid === session.metadata.uid)) return "ours";
  return owners.some((owner) => owner.kind === "AgenticSession" && owner.name === session.metadata.name)
    ? "former session"
    : "foreign";
}

export function notUsable(kind: string, name: string, owner: Ownership): Preparation {
  if (owner === "foreign")
    return blocked("ForeignObject", `${kind} ${name} exists and does not belong to this session: delete or rename it`);
  const whose = owner === "ours" ? "is being deleted" : "belongs to a deleted session of the same name";
  return blocked("WorkspaceTerminating", `${kind} ${name} ${whose}: waiting until it is gone`);
}

/** What a refused write means, or the error itself when it means nothing in particular and may pass. */
export function refusal(error: unknown): Preparation {
  if (!(error instanceof KubernetesError)) throw error;
  if (error.status === 403 && /exceeded quota/i.test(error.message)) return blocked("QuotaExceeded", error.message);
  const terminating = error.details.causes?.some((cause) => cause.reason === "NamespaceTerminating") === true;
  if (error.status === 403 && (terminating || /being terminated/.test(error.message))) {
    return blocked("Rejected", "the project is being deleted");
  }
  // Refused by LimitRange or admission: the same request would be refused again.
  const admission = error.status === 403 && /admission|forbidden: (maximum|minimum|violates)/i.test(error.message);
  if (error.status === 422 || error.status === 400 || admission) return blocked("Rejected", error.message);
  throw error;
}
