// Gathers the observation: caches first, and the API server itself where a stale cache could mislead.
import {
  LABELS,
  SESSION_FINALIZER,
  sessionHandoverJobName,
  sessionJobName,
  type AgenticSessionStatus,
} from "@pilothouse/contracts";
import {
  coreEvents,
  jobs,
  type CoreEvent,
  type Job,
  type KubernetesClient,
  type Pod,
  type Stored,
} from "@pilothouse/kubernetes";
import type { Registries } from "../configuration/registries.ts";
import type { ProjectSettingsObject, SessionObject } from "../resources/types.ts";
import { createdOn, spentOn, utcDay } from "../spending/daily-cost.ts";
import { childrenOf } from "./children.ts";
import { isOfAttempt } from "./draft.ts";
import { jobFactOf, podFactOf } from "./facts.ts";
import { ANNOTATIONS } from "./names.ts";
import type { JobFact, Observation, PodFact, Preparation } from "./observation.ts";
import { chooseRuntime, missingSecretKeys, type RuntimeChoice } from "./runtime.ts";

/** What the caches of the operator know; each reads the present state. */
export interface SessionWorld {
  readonly jobs: (sessionUid: string) => readonly Stored<Job>[];
  readonly pods: (sessionUid: string) => readonly Stored<Pod>[];
  readonly sessions: (namespace: string) => readonly Stored<SessionObject>[];
  /** Sessions that name this one as their parent. */
  readonly children: (session: Stored<SessionObject>) => readonly Stored<SessionObject>[];
  readonly settings: (namespace: string) => Stored<ProjectSettingsObject> | undefined;
  readonly isManaged: (namespace: string) => boolean;
  /** Names of the keys of the project's runner secret. */
  readonly runnerKeys: (namespace: string) => ReadonlySet<string>;
}

export interface Gathered {
  readonly jobs: readonly JobFact[];
  readonly pods: readonly PodFact[];
  readonly trouble: Observation["trouble"];
  readonly runtime: RuntimeChoice;
}

/** An attempt that gets no further for this long is looked into. */
const TROUBLE_AFTER_MILLISECONDS = 3000;

/** The part that may ask the API server. */
export async function gather(
  client: KubernetesClient,
  world: SessionWorld,
  session: Stored<SessionObject>,
  registries: Registries,
  now: number,
  signal: AbortSignal,
): Promise<Gathered> {
  const { name, namespace, uid } = session.metadata;
  const status = session.status ?? {};
  const jobFacts = world
    .jobs(uid)
    .filter((job) => belongs(job, name))
    .map(jobFactOf);
  const podFacts = world
    .pods(uid)
    .filter((pod) => pod.metadata.labels?.[LABELS.session] === name)
    .map(podFactOf);
  const attempt = status.attempt ?? 0;

  // "There is no Job" is a heavy word: an attempt is given up for it. A cache that lags must not say it.
  const expectsJob = status.phase === "Creating" || status.phase === "Running" || status.phase === "Stopping";
  if (expectsJob && attempt > 0 && !jobFacts.some((job) => isOfAttempt(job, attempt))) {
    const live = await client.find(jobs, { namespace, name: sessionJobName(name, attempt) }, { signal });
    if (live !== undefined && belongs(live, name) && ownedBy(live, uid)) jobFacts.push(jobFactOf(live));
  }

  // A try of a hand-over counts as failed for it.
  const which = status.handover?.state === "Running" ? status.handover.tries : undefined;
  if (which !== undefined && !jobFacts.some((job) => job.attempt === attempt && job.handover === which)) {
    const live = await client.find(jobs, { namespace, name: sessionHandoverJobName(name, attempt, which) }, { signal });
    if (live !== undefined && belongs(live, name) && ownedBy(live, uid)) jobFacts.push(jobFactOf(live));
  }

  const job = jobFacts.find((fact) => isOfAttempt(fact, attempt));
  const pod = podFacts.find((fact) => isOfAttempt(fact, attempt));
  const suspect = silentSuspect(status, job, pod, now);
  const trouble = suspect === undefined ? undefined : await latestWarning(client, namespace ?? "", suspect, signal);
  return { jobs: jobFacts, pods: podFacts, trouble, runtime: chooseRuntime(session.spec, registries) };
}

/** uid of the Job or pod whose Events may tell more than the objects themselves do. */
function silentSuspect(
  status: AgenticSessionStatus,
  job: JobFact | undefined,
  pod: PodFact | undefined,
  now: number,
): string | undefined {
  const since = Date.parse(status.phaseTransitionTime ?? "");
  const stalled = status.phase === "Creating" && now - since >= TROUBLE_AFTER_MILLISECONDS;
  if (!stalled && status.phase !== "Queued") return undefined;
  if (pod === undefined) return job?.finished === undefined ? job?.uid : undefined;
  const silent = pod.scheduled?.done === true && !pod.ready && pod.ended === undefined;
  return silent && (pod.waiting?.message ?? "") === "" ? pod.uid : undefined;
}

export interface ObserveOptions {
  /** Model providers whose upstream the installation has set: the broker there may need no key from the project. */
  readonly upstreamsSet: ReadonlySet<string>;
  readonly position: number;
  readonly limit: number | undefined;
  readonly now: number;
  readonly preparation: Preparation | undefined;
  readonly transcript: Observation["transcript"];
}

/** The part that is one synchronous look, so that the queue is seen and places are promised in one step. */
export function observe(
  world: SessionWorld,
  session: Stored<SessionObject>,
  gathered: Gathered,
  options: ObserveOptions,
): Observation {
  const { name, namespace = "", generation = 0, deletionTimestamp, finalizers, annotations } = session.metadata;
  const closed = Number(annotations?.[ANNOTATIONS.closedAttempt]);
  return {
    now: options.now,
    name,
    generation,
    deletedAt: deletionTimestamp === undefined ? undefined : Date.parse(deletionTimestamp),
    hasFinalizer: finalizers?.includes(SESSION_FINALIZER) === true,
    closedAttempt: Number.isSafeInteger(closed) ? closed : undefined,
    spec: session.spec,
    status: session.status ?? {},
    managedNamespace: world.isManaged(namespace),
    runtime: runtimeFact(world, namespace, gathered.runtime, options.upstreamsSet),
    createdToday: createdOn(session, utcDay(options.now)),
    project: {
      inactivityTimeoutSeconds: world.settings(namespace)?.spec?.inactivityTimeoutSeconds,
      dailyCost: dailyCost(world, namespace, options.now),
    },
    children: childrenOf(session, world.children(session)),
    queue: { position: options.position, limit: options.limit },
    jobs: gathered.jobs,
    pods: gathered.pods,
    trouble: gathered.trouble,
    preparation: options.preparation,
    transcript: options.transcript,
  };
}

function dailyCost(world: SessionWorld, namespace: string, now: number): Observation["project"]["dailyCost"] {
  const settings = world.settings(namespace);
  const limit = settings?.spec?.limits?.maxCostUsdPerDay;
  if (limit === undefined) return undefined;
  return { limit, spent: spentOn(utcDay(now), world.sessions(namespace), settings?.status?.spending) };
}

function runtimeFact(
  world: SessionWorld,
  namespace: string,
  choice: RuntimeChoice,
  upstreamsSet: ReadonlySet<string>,
): Observation["runtime"] {
  if (!choice.known) return choice;
  const { runtime } = choice;
  const gateway = runtime.provider !== null && upstreamsSet.has(runtime.provider);
  const missingKeys = gateway ? [] : missingSecretKeys(runtime, world.runnerKeys(namespace));
  return { known: true, missingKeys, port: runtime.container.port };
}

export function limitOf(world: SessionWorld, namespace: string): number | undefined {
  return world.settings(namespace)?.spec?.limits?.maxRunningSessions;
}

/** Labels alone prove nothing: the name must be one that the operator gives. */
function belongs(job: Stored<Job>, sessionName: string): boolean {
  const { attempt, handover } = jobFactOf(job);
  const name =
    handover === undefined
      ? sessionJobName(sessionName, attempt)
      : sessionHandoverJobName(sessionName, attempt, handover);
  return attempt > 0 && job.metadata.name === name;
}

function ownedBy(job: Stored<Job>, uid: string): boolean {
  return job.metadata.ownerReferences?.some((owner) => owner.uid === uid) === true;
}

async function latestWarning(
  client: KubernetesClient,
  namespace: string,
  uid: string,
  signal: AbortSignal,
): Promise<Observation["trouble"]> {
  const list = await client.list(coreEvents, { namespace, fieldSelector: `involvedObject.uid=${uid}`, signal });
  const warnings = list.items.filter((event) => event.type === "Warning");
  const latest = warnings.toSorted((left, right) => timeOf(left).localeCompare(timeOf(right))).at(-1);
  return latest === undefined ? undefined : { reason: latest.reason ?? "Warning", message: latest.message ?? "" };
}

function timeOf(event: CoreEvent): string {
  return event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? event.firstTimestamp ?? "";
}
