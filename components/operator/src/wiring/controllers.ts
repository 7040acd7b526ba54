// Which change of which object makes which controller look again.
import { LABELS, PROJECTS_NAMESPACE, type AgentRuntimeSpec, type McpServers } from "@pilothouse/contracts";
import {
  Controller,
  keyOf,
  type Change,
  type ControllerMetrics,
  type EventRecorder,
  type Informer,
  type KubernetesClient,
  type KubernetesObject,
  type Logger,
  type Secret,
  type Stored,
} from "@pilothouse/kubernetes";
import { AccessReconciler } from "../access/access-reconciler.ts";
import { memberKey, membersOf } from "../access/members.ts";
import { WrittenObjects } from "../apply/written-objects.ts";
import type { Configuration } from "../configuration/configuration.ts";
import type { Registries } from "../configuration/registries.ts";
import { IntegrationsReconciler } from "../integrations/integrations-reconciler.ts";
import { services } from "../integrations/services.ts";
import type { SessionMetrics } from "../metrics/session-metrics.ts";
import { ProjectReconciler } from "../project/project-reconciler.ts";
import { projects, sessions, type SessionObject } from "../resources/types.ts";
import type { SessionWorld } from "../session/gather.ts";
import { occupiesSlot } from "../session/lifecycle.ts";
import { DEFAULT_POLICY } from "../session/observation.ts";
import { PlaceBook } from "../session/queue.ts";
import { SessionReconciler } from "../session/session-reconciler.ts";
import { SettingsReconciler } from "../settings/settings-reconciler.ts";
import type { TranscriptStore } from "../transcript/transcript-store.ts";
import { BY_MEMBER, BY_NAMESPACE, BY_SESSION_UID, type Caches } from "./caches.ts";

export interface ControllerContext {
  readonly client: KubernetesClient;
  readonly caches: Caches;
  readonly configuration: Configuration;
  readonly registries: () => Promise<Registries>;
  readonly platformMcpServers: () => Promise<McpServers>;
  readonly configurationFiles: () => Promise<Readonly<Record<string, string>>>;
  readonly transcripts: TranscriptStore;
  readonly events: EventRecorder;
  readonly metrics: ControllerMetrics;
  readonly sessionMetrics: SessionMetrics;
  readonly logger: Logger;
  readonly now: () => number;
}

/** Runs all controllers until the signal aborts. */
export async function runControllers(context: ControllerContext, signal: AbortSignal): Promise<void> {
  const ends: (() => void)[] = [];
  const watch = <T extends KubernetesObject>(informer: Informer<T>, react: (change: Change<T>) => void): void => {
    ends.push(informer.subscribe(react));
  };
  const controllers = [
    sessionController(context, watch),
    projectController(context, watch),
    accessController(context, watch),
    settingsController(context, watch),
    integrationsController(context, watch),
  ];
  try {
    await Promise.all(controllers.map(async (controller) => controller.run(signal)));
  } finally {
    for (const end of ends) end();
  }
}

type Watch = <T extends KubernetesObject>(informer: Informer<T>, react: (change: Change<T>) => void) => void;

const namespaceOf = (object: Stored<KubernetesObject>): string => object.metadata.namespace ?? "";

/** A namespace is a project's while it is labelled so and not on its way out. */
function isManaged(caches: Caches, namespace: string): boolean {
  const object = caches.namespaces.get(namespace);
  return object !== undefined && object.metadata.deletionTimestamp === undefined;
}

function sessionController(context: ControllerContext, watch: Watch): Controller {
  const { caches, client, configuration, events, metrics, logger } = context;
  const register = new WrittenObjects<SessionObject>(caches.sessions);
  const world: SessionWorld = {
    jobs: (uid) => caches.jobs.byIndex(BY_SESSION_UID, uid),
    pods: (uid) => caches.pods.byIndex(BY_SESSION_UID, uid),
    sessions: (namespace) => register.byIndex(BY_NAMESPACE, namespace),
    settings: (namespace) => caches.settings.get(`${namespace}/projectsettings`),
    isManaged: (namespace) => isManaged(caches, namespace),
    runnerKeys: (namespace) => keysIn(caches, namespace),
  };
  const reconciler = new SessionReconciler({
    client,
    register,
    world,
    registries: context.registries,
    places: new PlaceBook(),
    transcripts: context.transcripts,
    policy: { ...DEFAULT_POLICY, ...configuration.lifecycle },
    pod: {
      brokerImage: configuration.brokerImage,
      backendUrl: configuration.backendUrl,
      backendJwks: configuration.backendJwks,
      upstreams: configuration.upstreams,
      ...configuration.pod,
    },
    storageClass: configuration.pod.storageClass,
    record: (session, event) => events.record(sessions, session, event),
    onTransition: (from, to) => context.sessionMetrics.transition(from, to),
    logger,
    now: context.now,
  });
  const controller = new Controller({
    name: "session",
    concurrency: configuration.workers,
    reconcile: async (key, signal) => reconciler.reconcile(key, signal),
    metrics,
    logger,
  });

  const enqueueAll = (namespace: string, which: (session: Stored<SessionObject>) => boolean): void => {
    for (const session of caches.sessions.byIndex(BY_NAMESPACE, namespace))
      if (which(session)) controller.enqueue(keyOf(session));
  };
  const queued = (session: Stored<SessionObject>): boolean => session.status?.phase === "Queued";
  watch(caches.sessions, (change) => {
    controller.enqueue(keyOf(change.object));
    const before = change.type === "updated" ? change.previous.status?.phase : undefined;
    const after = change.type === "deleted" ? undefined : change.object.status?.phase;
    const gone = change.type === "deleted" && (occupiesSlot(change.object.status?.phase) || queued(change.object));
    const freed = occupiesSlot(before) && !occupiesSlot(after);
    if (gone || freed || (before === "Queued" && after !== "Queued")) enqueueAll(namespaceOf(change.object), queued);
  });
  const ofSession = (object: Stored<KubernetesObject>): void => {
    const name = object.metadata.labels?.[LABELS.session];
    if (name !== undefined) controller.enqueue(`${namespaceOf(object)}/${name}`);
  };
  watch(caches.jobs, (change) => ofSession(change.object));
  watch(caches.pods, (change) => ofSession(change.object));
  const startingOrRunning = (session: Stored<SessionObject>): boolean => session.spec.desiredState === "Running";
  watch(caches.settings, (change) => {
    if (change.type !== "resynced") enqueueAll(namespaceOf(change.object), startingOrRunning);
  });
  watch(caches.runnerSecrets, (change) =>
    enqueueAll(namespaceOf(change.object), (session) => session.status?.phase === "Pending"),
  );
  watch(caches.namespaces, (change) => enqueueAll(change.object.metadata.name, startingOrRunning));
  return controller;
}

function keysIn(caches: Caches, namespace: string): ReadonlySet<string> {
  const [secret] = caches.runnerSecrets.list().filter((candidate) => candidate.metadata.namespace === namespace);
  return new Set(Object.keys(secret?.data ?? {}));
}

function projectController(context: ControllerContext, watch: Watch): Controller {
  const { caches, client, configuration, events, metrics, logger } = context;
  const reconciler = new ProjectReconciler({
    client,
    bindingsIn: (namespace) => caches.bindings.byIndex(BY_NAMESPACE, namespace),
    quota: configuration.projectQuota,
    monitoringSelector: configuration.monitoringSelector,
    runnerPorts: async () => portsOf((await context.registries()).agents),
    configuration: context.configurationFiles,
    record: (project, event) => events.record(projects, project, event),
    now: context.now,
  });
  const controller = new Controller({
    name: "project",
    reconcile: async (key, signal) => reconciler.reconcile(key, signal),
    metrics,
    logger,
  });
  watch(caches.projects, (change) => {
    // Its own status write is no news.
    if (change.type === "updated" && sameButStatus(change.object, change.previous)) return;
    controller.enqueue(keyOf(change.object));
  });
  const ofNamespace = (namespace: string): void => {
    const key = `${PROJECTS_NAMESPACE}/${namespace}`;
    if (caches.projects.get(key) !== undefined) controller.enqueue(key);
  };
  watch(caches.namespaces, (change) => ofNamespace(change.object.metadata.name));
  watch(caches.bindings, (change) => {
    if (membersOf(change.object).length > 0 || change.type === "updated") ofNamespace(namespaceOf(change.object));
  });
  return controller;
}

function portsOf(agents: readonly AgentRuntimeSpec[]): number[] {
  return Array.from(new Set(agents.map((agent) => agent.container.port))).toSorted((left, right) => left - right);
}

function sameButStatus(left: Stored<KubernetesObject>, right: Stored<KubernetesObject>): boolean {
  const { metadata: a } = left;
  const { metadata: b } = right;
  return (
    a.generation === b.generation &&
    a.deletionTimestamp === b.deletionTimestamp &&
    a.finalizers?.length === b.finalizers?.length
  );
}

function accessController(context: ControllerContext, watch: Watch): Controller {
  const { caches, client, metrics, logger } = context;
  const reconciler = new AccessReconciler({
    client,
    bindingsOf: (key) => caches.bindings.byIndex(BY_MEMBER, key),
    isManaged: (namespace) => isManaged(caches, namespace),
  });
  const controller = new Controller({
    name: "project-access",
    reconcile: async (key, signal) => reconciler.reconcile(key, signal),
    metrics,
    logger,
  });
  const enqueueMembers = (binding: Parameters<typeof membersOf>[0]): void => {
    for (const member of membersOf(binding)) controller.enqueue(memberKey(member));
  };
  // A binding outside of the projects gives access to none: without this check every system binding would cost reads.
  const matters = (namespace: string): boolean => caches.namespaces.get(namespace) !== undefined;
  watch(caches.bindings, (change) => {
    if (!matters(namespaceOf(change.object))) return;
    enqueueMembers(change.object);
    if (change.type === "updated") enqueueMembers(change.previous);
  });
  watch(caches.namespaces, (change) => {
    for (const binding of caches.bindings.byIndex(BY_NAMESPACE, change.object.metadata.name)) enqueueMembers(binding);
  });
  // What a former operator wrote, and nobody is bound by any more.
  watch(caches.accesses, (change) => {
    if (change.type !== "deleted") controller.enqueue(memberKey(change.object.spec.subject));
  });
  return controller;
}

function settingsController(context: ControllerContext, watch: Watch): Controller {
  const { caches, client, metrics, logger, now } = context;
  const reconciler = new SettingsReconciler({
    client,
    settings: (namespace) => caches.settings.get(`${namespace}/projectsettings`),
    isManaged: (namespace) => isManaged(caches, namespace),
    bindingsIn: (namespace) => caches.bindings.byIndex(BY_NAMESPACE, namespace),
    secretsIn: (namespace) =>
      [...caches.runnerSecrets.list(), ...caches.integrationSecrets.list()].filter(
        (secret) => secret.metadata.namespace === namespace,
      ),
    platformMcpServers: context.platformMcpServers,
    now,
  });
  const controller = new Controller({
    name: "project-settings",
    reconcile: async (key, signal) => reconciler.reconcile(key, signal),
    metrics,
    logger,
  });
  const enqueueNamespace = (change: Change<KubernetesObject>): void => controller.enqueue(namespaceOf(change.object));
  watch(caches.settings, enqueueNamespace);
  watch(caches.runnerSecrets, enqueueNamespace);
  watch(caches.integrationSecrets, enqueueNamespace);
  watch(caches.namespaces, (change) => controller.enqueue(change.object.metadata.name));
  return controller;
}

function integrationsController(context: ControllerContext, watch: Watch): Controller {
  const { caches, client, configuration, metrics, logger, now } = context;
  const { allowedHosts, certificateAuthorities, githubApiUrl } = configuration.integrations;
  const secretOf = (namespace: string): Stored<Secret> | undefined =>
    caches.integrationSecrets.list().find((secret) => secret.metadata.namespace === namespace);
  const reconciler = new IntegrationsReconciler({
    client,
    settings: (namespace) => caches.settings.get(`${namespace}/projectsettings`),
    isManaged: (namespace) => isManaged(caches, namespace),
    keys: (namespace) => secretOf(namespace)?.data ?? {},
    services: services(githubApiUrl),
    guard: { allowedHosts, certificateAuthorities },
    logger,
    now,
  });
  const controller = new Controller({
    name: "project-integrations",
    reconcile: async (key, signal) => reconciler.reconcile(key, signal),
    metrics,
    logger,
  });
  const enqueueNamespace = (change: Change<KubernetesObject>): void => controller.enqueue(namespaceOf(change.object));
  watch(caches.settings, enqueueNamespace);
  watch(caches.integrationSecrets, enqueueNamespace);
  watch(caches.namespaces, (change) => controller.enqueue(change.object.metadata.name));
  return controller;
}
