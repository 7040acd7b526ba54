// The session controller: which change of which object makes which session be looked at again.
import { LABELS, RUNNER_SECRETS_NAME } from "@pilothouse/contracts";
import { Controller, keyOf, type Change, type KubernetesObject, type Stored } from "@pilothouse/kubernetes";
import { WrittenObjects } from "../apply/written-objects.ts";
import { sessions, type SessionObject } from "../resources/types.ts";
import { childFact } from "../session/children.ts";
import type { SessionWorld } from "../session/gather.ts";
import { occupiesSlot } from "../session/lifecycle.ts";
import { DEFAULT_POLICY } from "../session/observation.ts";
import { PlaceBook } from "../session/queue.ts";
import { SessionReconciler } from "../session/session-reconciler.ts";
import type { SpendingReconciler } from "../spending/spending-reconciler.ts";
import { BY_NAMESPACE, BY_PARENT, BY_SESSION_UID } from "./caches.ts";
import { isManaged, keysOf, namespaceOf, onlySpendingChanged, type ControllerContext, type Watch } from "./context.ts";

export interface SessionController {
  readonly controller: Controller;
  /** Has every session of the project that wants to run looked at. */
  enqueueRunning(namespace: string): void;
}

export function sessionController(
  context: ControllerContext,
  watch: Watch,
  settleCost: SpendingReconciler["settle"],
): SessionController {
  const { caches, client, configuration, events, metrics, logger } = context;
  const register = new WrittenObjects<SessionObject>(caches.sessions);
  const world: SessionWorld = {
    jobs: (uid) => caches.jobs.byIndex(BY_SESSION_UID, uid),
    pods: (uid) => caches.pods.byIndex(BY_SESSION_UID, uid),
    sessions: (namespace) => register.byIndex(BY_NAMESPACE, namespace),
    children: ({ metadata }) => register.byIndex(BY_PARENT, `${metadata.namespace}/${metadata.name}`),
    settings: (namespace) => caches.settings.get(`${namespace}/projectsettings`),
    isManaged: (namespace) => isManaged(caches, namespace),
    runnerKeys: (namespace) => new Set(Object.keys(keysOf(caches.runnerSecrets, namespace, RUNNER_SECRETS_NAME))),
  };
  const reconciler = new SessionReconciler({
    client,
    register,
    world,
    registries: context.registries,
    places: new PlaceBook(),
    onPlaceFree: (namespace) => enqueueAll(namespace, queued),
    transcripts: context.transcripts,
    settleCost: async (session, signal) => settleCost(session, signal),
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
    enqueueParents(change, controller);
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
    if (change.type !== "resynced" && !onlySpendingChanged(change))
      enqueueAll(namespaceOf(change.object), startingOrRunning);
  });
  watch(caches.runnerSecrets, (change) =>
    enqueueAll(namespaceOf(change.object), (session) => session.status?.phase === "Pending"),
  );
  watch(caches.namespaces, (change) => enqueueAll(change.object.metadata.name, startingOrRunning));
  return { controller, enqueueRunning: (namespace) => enqueueAll(namespace, startingOrRunning) };
}

/** Whoever started a session for something wants to know how it gets on. */
function enqueueParents(change: Change<SessionObject>, controller: Controller): void {
  const look = (session: Stored<SessionObject>): string => JSON.stringify(childFact(session));
  const [now, before] = [change.object, change.type === "updated" ? change.previous : undefined];
  const parents = new Set([now, before].map((session) => session?.spec.parentSession));
  parents.delete(undefined);
  if (change.type === "resynced" || parents.size === 0) return;
  if (before !== undefined && parents.size === 1 && look(now) === look(before)) return;
  for (const parent of parents) controller.enqueue(`${namespaceOf(now)}/${parent}`);
}
