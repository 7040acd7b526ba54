/**
 * Deletes what has lost its last owner; ends foreground deletions when the dependants are gone; lets go of the dependants of what
 * is deleted with orphaning. Works on a graph that watches keep up to date, and asks the API itself before it deletes.
 */
import {
  type Controller,
  defineResource,
  Informer,
  isConflict,
  isNotFound,
  type KubernetesObject,
  type ObjectMeta,
  type OwnerReference,
  type ResourceType,
} from "@pilothouse/kubernetes";
import type { ControllerSet } from "../controller-set.ts";
import type { ServedResources } from "../served-resources.ts";
import { type GraphNode, graphNode, OwnershipGraph } from "./graph.ts";

const FOREGROUND = "foregroundDeletion";
const ORPHAN = "orphan";
/** An owner may reach the graph later than its dependant, since each kind has a watch of its own. */
const ABSENT_OWNER_MILLISECONDS = 1000;

export function addGarbageCollector(set: ControllerSet, served: ServedResources): void {
  const graph = new OwnershipGraph();
  const collector = new Collector(set, graph, served);
  const { controller } = collector;
  // One informer per served kind, begun and ended as custom resources come and go.
  set.task(async (signal) => {
    const watched = new Map<string, WatchedKind>();
    const adapt = (resources: readonly ResourceType[]) => {
      if (signal.aborted) return;
      const keys = new Set(resources.map(keyOfResource));
      for (const resource of resources) {
        const key = keyOfResource(resource);
        if (!watched.has(key)) watched.set(key, watchKind(set, resource, graph, controller, signal));
      }
      for (const [key, { stop }] of watched) {
        if (keys.has(key)) continue;
        stop();
        watched.delete(key);
      }
    };
    served.subscribe(adapt);
    adapt(served.current);
    const ended = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => ended.resolve(), { once: true });
    await ended.promise;
    await Promise.all([...watched.values()].map(({ done }) => done));
  });
}

interface WatchedKind {
  readonly stop: () => void;
  readonly done: Promise<void>;
}

function keyOfResource({ group, version, plural }: ResourceType): string {
  return `${group}/${version}/${plural}`;
}

function watchKind(
  set: ControllerSet,
  resource: ResourceType,
  graph: OwnershipGraph,
  controller: Controller,
  signal: AbortSignal,
): WatchedKind {
  const stopping = new AbortController();
  const informer = new Informer<KubernetesObject>({
    client: set.client,
    resource,
    logger: set.logger,
    transform: ({ metadata }) => {
      const { uid, name, namespace, resourceVersion, ownerReferences, finalizers, deletionTimestamp } = metadata;
      return { metadata: { uid, name, namespace, resourceVersion, ownerReferences, finalizers, deletionTimestamp } };
    },
  });
  informer.subscribe(({ type, object }) => {
    const { uid } = object.metadata;
    if (type === "deleted") {
      const owners = graph.get(uid)?.owners ?? [];
      graph.end(uid);
      for (const dependent of graph.dependentsOf(uid)) controller.enqueue(dependent.uid);
      // An owner that is deleted in the foreground waits for its last dependant.
      for (const owner of owners) if (graph.get(owner.uid)?.deleting) controller.enqueue(owner.uid);
      return;
    }
    const node = graphNode(resource, object);
    graph.set(node);
    if (node.deleting && (node.finalizers.includes(FOREGROUND) || node.finalizers.includes(ORPHAN)))
      controller.enqueue(uid);
    const absent = node.owners.some((owner) => !graph.get(owner.uid));
    if (absent) controller.queue.addAfter(uid, ABSENT_OWNER_MILLISECONDS);
    // A dependant that comes, or stops blocking, while its owner is being deleted in the foreground.
    for (const owner of node.owners) if (graph.get(owner.uid)?.deleting) controller.enqueue(owner.uid);
  });
  return { stop: () => stopping.abort(), done: informer.run(AbortSignal.any([signal, stopping.signal])) };
}

class Collector {
  readonly #set: ControllerSet;
  readonly #graph: OwnershipGraph;
  readonly #served: ServedResources;
  readonly controller: Controller;

  constructor(set: ControllerSet, graph: OwnershipGraph, served: ServedResources) {
    this.#set = set;
    this.#graph = graph;
    this.#served = served;
    this.controller = set.controller("garbage-collector", (uid, signal) => this.reconcile(uid, signal), 8);
  }

  async reconcile(uid: string, signal: AbortSignal): Promise<void> {
    const node = this.#graph.get(uid);
    if (!node) return;
    if (node.deleting) {
      if (node.finalizers.includes(ORPHAN)) await this.#orphanDependents(node, signal);
      else if (node.finalizers.includes(FOREGROUND)) await this.#deleteDependents(node, signal);
      return;
    }
    if (node.owners.length > 0) await this.#collect(node, signal);
  }

  /** The dependants forget their owner, and then it may go. */
  async #orphanDependents(node: GraphNode, signal: AbortSignal): Promise<void> {
    await Promise.all(
      this.#graph.dependentsOf(node.uid).map((dependent) => {
        return this.#forgetOwners(dependent, (owner) => owner.uid === node.uid, signal);
      }),
    );
    await this.#removeFinalizer(node, ORPHAN, signal);
  }

  /** Blocking dependants go first. Each dependant decides for itself: it may have other owners. */
  async #deleteDependents(node: GraphNode, signal: AbortSignal): Promise<void> {
    const dependents = this.#graph.dependentsOf(node.uid);
    const blocks = (dependent: GraphNode) =>
      dependent.owners.some((owner) => owner.uid === node.uid && owner.blockOwnerDeletion === true);
    if (!dependents.some(blocks)) await this.#removeFinalizer(node, FOREGROUND, signal);
    for (const dependent of dependents) if (!dependent.deleting) this.controller.enqueue(dependent.uid);
  }

  async #collect(node: GraphNode, signal: AbortSignal): Promise<void> {
    const solid: OwnerReference[] = [];
    const waiting: OwnerReference[] = [];
    for (const owner of node.owners) {
      const state = await this.#ownerState(node, owner, signal);
      if (state === "present") solid.push(owner);
      else if (state === "waiting for dependents") waiting.push(owner);
    }
    if (solid.length === node.owners.length) return;
    if (solid.length > 0) {
      // Other owners keep it: it only forgets those that are gone or going.
      const kept = new Set(solid.map(({ uid }) => uid));
      await this.#forgetOwners(node, (owner) => !kept.has(owner.uid), signal);
      return;
    }
    // Its own dependants go first if its owner waits in the foreground, so that the owner outlives all of them.
    const inForeground = waiting.length > 0 && this.#graph.dependentsOf(node.uid).length > 0;
    const propagationPolicy = node.finalizers.includes(ORPHAN)
      ? "Orphan"
      : inForeground || node.finalizers.includes(FOREGROUND)
        ? "Foreground"
        : "Background";
    const { resource, namespace, name, uid } = node;
    const options = { propagationPolicy, preconditions: { uid }, signal } as const;
    await this.#set.client.delete(resource, { namespace, name }, options).catch(ignoreGone);
  }

  async #ownerState(
    node: GraphNode,
    owner: OwnerReference,
    signal: AbortSignal,
  ): Promise<"present" | "absent" | "waiting for dependents"> {
    const known = this.#graph.get(owner.uid);
    // An owner in another namespace is no owner.
    if (known && (known.namespace === undefined || known.namespace === node.namespace)) {
      return known.deleting && known.finalizers.includes(FOREGROUND) ? "waiting for dependents" : "present";
    }
    if (this.#graph.hasSeenEndOf(owner.uid)) return "absent";
    const resource = this.#resourceOf(owner);
    // A kind that is not served cannot be asked for: better to keep too much than to delete too much.
    if (!resource) return "present";
    const namespace = resource.namespaced ? node.namespace : undefined;
    if (resource.namespaced && namespace === undefined) return "absent";
    const found = await this.#set.client.find(resource, { namespace, name: owner.name }, { signal });
    return found?.metadata.uid === owner.uid ? "present" : "absent";
  }

  #resourceOf({ apiVersion, kind }: OwnerReference): ResourceType | undefined {
    const [version = "", group = ""] = apiVersion.split("/").reverse();
    const found = this.#served.current.find((resource) => resource.group === group && resource.kind === kind);
    return found && defineResource({ ...found, version });
  }

  async #removeFinalizer(node: GraphNode, finalizer: string, signal: AbortSignal): Promise<void> {
    await this.#patch(
      node,
      ({ finalizers = [] }) => ({ finalizers: finalizers.filter((each) => each !== finalizer) }),
      signal,
    );
  }

  async #forgetOwners(node: GraphNode, forget: (owner: OwnerReference) => boolean, signal: AbortSignal): Promise<void> {
    await this.#patch(
      node,
      ({ ownerReferences = [] }) => ({ ownerReferences: ownerReferences.filter((owner) => !forget(owner)) }),
      signal,
    );
  }

  /** Both lists are replaced as a whole: the version makes sure that nobody's addition is lost. */
  async #patch(
    { resource, namespace, name, uid }: GraphNode,
    change: (metadata: ObjectMeta) => object,
    signal: AbortSignal,
  ): Promise<void> {
    const current = await this.#set.client.find(resource, { namespace, name }, { signal });
    if (current?.metadata.uid !== uid) return;
    const body = { metadata: { resourceVersion: current.metadata.resourceVersion, ...change(current.metadata) } };
    await this.#set.client
      .patch(resource, { namespace, name }, { type: "merge", body }, { signal })
      .catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
  }
}

function ignoreGone(error: unknown): void {
  if (!isNotFound(error) && !isConflict(error)) throw error;
}
