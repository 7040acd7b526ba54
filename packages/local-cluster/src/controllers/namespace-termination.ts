/** Ends namespaces: deletes all that is in one that is being deleted, says what it still waits for, and then lets it go. */
import {
  isConflict,
  isNotFound,
  KubernetesError,
  type Namespace,
  namespaces,
  type ResourceType,
  type Stored,
} from "@pilothouse/kubernetes";
import type { ControllerSet } from "./controller-set.ts";
import type { ServedResources } from "./served-resources.ts";

const FINALIZER = "kubernetes";
/** How often what is left is looked at; most namespaces are empty at the second look. */
const FIRST_LOOK = 20;
const LONGEST_LOOK = 2000;

interface Remaining {
  readonly resource: ResourceType;
  readonly count: number;
  readonly finalizers: ReadonlyMap<string, number>;
}

export function addNamespaceTermination(set: ControllerSet, served: ServedResources): void {
  const informer = set.informer(namespaces);
  const looks = new Map<string, number>();
  const controller = set.controller("namespace-termination", reconcile, 4);
  set.enqueueAll(namespaces, controller);

  async function reconcile(name: string, signal: AbortSignal) {
    const namespace = informer.get(name);
    if (!namespace || namespace.metadata.deletionTimestamp === undefined) {
      looks.delete(name);
      return undefined;
    }
    if (!namespace.spec?.finalizers?.includes(FINALIZER)) return undefined;
    const { remaining, failures } = await empty(name, signal);
    if (remaining.length === 0 && failures.length === 0) {
      looks.delete(name);
      await finalize(namespace, signal);
      return undefined;
    }
    const wait = looks.get(name) ?? FIRST_LOOK;
    looks.set(name, Math.min(wait * 2, LONGEST_LOOK));
    if (wait > FIRST_LOOK * 4) await writeConditions(namespace, remaining, failures, signal);
    return { requeueAfterMilliseconds: wait };
  }

  /** Asks for the deletion of everything, and answers what is still there. */
  async function empty(namespace: string, signal: AbortSignal) {
    const remaining: Remaining[] = [];
    const failures: string[] = [];
    const resources = served.current.filter(({ namespaced }) => namespaced);
    // Nothing is known to be served yet: nothing is known to be empty either.
    if (resources.length === 0) failures.push("the served kinds are not known yet");
    await Promise.all(
      resources.map(async (resource) => {
        try {
          const { items } = await set.client.list(resource, { namespace, signal });
          if (items.length === 0) return;
          const dying = items.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
          if (dying.length < items.length) {
            await set.client.deleteCollection(resource, { namespace }, { propagationPolicy: "Background", signal });
          }
          const left = await set.client.list(resource, { namespace, signal });
          if (left.items.length === 0) return;
          const finalizers = new Map<string, number>();
          for (const finalizer of left.items.flatMap(({ metadata }) => metadata.finalizers ?? [])) {
            finalizers.set(finalizer, (finalizers.get(finalizer) ?? 0) + 1);
          }
          remaining.push({ resource, count: left.items.length, finalizers });
        } catch (error) {
          // The kind has gone since it was discovered, and its objects with it.
          if (isNotFound(error) || (error instanceof KubernetesError && error.status === 405)) return;
          failures.push(`${resource.plural}: ${error instanceof Error ? error.message : String(error)}`);
        }
      }),
    );
    // Events are not among the kinds that are followed, and go last: the ends of pods make more of them.
    if (remaining.length === 0) await set.client.deleteCollection(EVENTS, { namespace }, { signal });
    return { remaining, failures };
  }

  async function finalize(namespace: Stored<Namespace>, signal: AbortSignal): Promise<void> {
    const { name } = namespace.metadata;
    const current = await set.client.find(namespaces, { name }, { signal });
    if (!current || current.metadata.uid !== namespace.metadata.uid) return;
    const finalizers = current.spec?.finalizers?.filter((finalizer) => finalizer !== FINALIZER) ?? [];
    const object = { ...current, spec: { ...current.spec, finalizers } };
    await set.client.update(namespaces, object, { subresource: "finalize", signal }).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
  }

  async function writeConditions(
    namespace: Stored<Namespace>,
    remaining: readonly Remaining[],
    failures: readonly string[],
    signal: AbortSignal,
  ) {
    const known = namespace.status?.conditions ?? [];
    const wanted = terminationConditions(remaining, failures).map((condition) => {
      const before = known.find(({ type }) => type === condition.type);
      const same = before?.status === condition.status;
      return {
        ...condition,
        lastTransitionTime: same ? before.lastTransitionTime : new Date(set.now()).toISOString().replace(/\.\d+/, ""),
      };
    });
    if (JSON.stringify(wanted) === JSON.stringify(known)) return;
    const { name, uid } = namespace.metadata;
    const body = { metadata: { uid }, status: { conditions: wanted } };
    await set.client
      .patch(namespaces, { name }, { type: "merge", body }, { subresource: "status", signal })
      .catch((error: unknown) => {
        if (!isNotFound(error) && !isConflict(error)) throw error;
      });
  }
}

const EVENTS: ResourceType = { group: "", version: "v1", plural: "events", kind: "Event", namespaced: true };

/** In the namespace controller's words, so that `kubectl describe namespace` says what holds it up. */
export function terminationConditions(remaining: readonly Remaining[], failures: readonly string[]) {
  const yes = (type: string, reason: string, message: string) => ({ type, status: "True" as const, reason, message });
  const no = (type: string, reason: string, message: string) => ({ type, status: "False" as const, reason, message });
  const name = ({ plural, group }: ResourceType) => (group === "" ? `${plural}.` : `${plural}.${group}`);
  const content = remaining
    .map(({ resource, count }) => `${name(resource)} has ${count} resource instances`)
    .sort()
    .join(", ");
  const counts = new Map<string, number>();
  for (const { finalizers } of remaining)
    for (const [finalizer, count] of finalizers) counts.set(finalizer, (counts.get(finalizer) ?? 0) + count);
  const held = [...counts]
    .map(([finalizer, count]) => `${finalizer} in ${count} resource instances`)
    .sort()
    .join(", ");
  return [
    no("NamespaceDeletionDiscoveryFailure", "ResourcesDiscovered", "All resources successfully discovered"),
    no(
      "NamespaceDeletionGroupVersionParsingFailure",
      "ParsedGroupVersions",
      "All legacy kube types successfully parsed",
    ),
    failures.length > 0
      ? yes(
          "NamespaceDeletionContentFailure",
          "ContentDeletionFailed",
          `Failed to delete all resource types, ${failures.length} remaining: ${failures.join(", ")}`,
        )
      : no(
          "NamespaceDeletionContentFailure",
          "ContentDeleted",
          "All content successfully deleted, may be waiting on finalization",
        ),
    content === ""
      ? no("NamespaceContentRemaining", "ContentRemoved", "All content successfully removed")
      : yes("NamespaceContentRemaining", "SomeResourcesRemain", `Some resources are remaining: ${content}`),
    held === ""
      ? no("NamespaceFinalizersRemaining", "ContentHasNoFinalizers", "All content-preserving finalizers finished")
      : yes(
          "NamespaceFinalizersRemaining",
          "SomeFinalizersRemain",
          `Some content in the namespace has finalizers remaining: ${held}`,
        ),
  ];
}
