/**
 * Follows objects with the caller's own token: what exists, then what changes, for as long as they may see it. The watch
 * is opened anew every minute or so, because Kubernetes checks permission only when a watch begins.
 */
import { setTimeout as sleep } from "node:timers/promises";
import {
  KubernetesError,
  isAbort,
  isExpired,
  type KubernetesClient,
  type KubernetesObject,
  type ResourceType,
  type Stored,
} from "@pilothouse/kubernetes";

export interface Selection {
  readonly namespace: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/** `synced` comes once, after all that existed at the beginning. */
export type Change<T extends KubernetesObject> =
  | { readonly type: "present"; readonly object: Stored<T>; readonly known: boolean }
  | { readonly type: "absent"; readonly object: Stored<T> }
  | { readonly type: "synced" };

const WATCH_SECONDS = 50;
const LONGEST_PAUSE = 5_000;

/** Ends when the signal aborts. Throws when the caller may no longer see the objects. */
export async function* follow<T extends KubernetesObject>(
  kubernetes: KubernetesClient,
  resource: ResourceType<T>,
  selection: Selection,
  signal: AbortSignal,
): AsyncGenerator<Change<T>, void> {
  const known = new Map<string, Stored<T>>();
  let resourceVersion: string | undefined;
  let synced = false;
  let failures = 0;
  while (!signal.aborted) {
    try {
      if (resourceVersion === undefined) {
        const list = await kubernetes.list(resource, { ...selection, signal });
        yield* difference(known, list.items);
        resourceVersion = list.metadata.resourceVersion ?? "";
        if (!synced) yield { type: "synced" };
        synced = true;
      }
      const watching = kubernetes.watch(resource, {
        ...selection,
        resourceVersion,
        timeoutSeconds: WATCH_SECONDS,
        signal,
      });
      for await (const event of watching) {
        failures = 0;
        if (event.type === "BOOKMARK") {
          resourceVersion = event.resourceVersion;
          continue;
        }
        const { object } = event;
        resourceVersion = object.metadata.resourceVersion;
        const wasKnown = known.has(object.metadata.uid);
        if (event.type === "DELETED") {
          known.delete(object.metadata.uid);
          yield { type: "absent", object };
        } else {
          known.set(object.metadata.uid, object);
          yield { type: "present", object, known: wasKnown };
        }
      }
    } catch (error) {
      if (signal.aborted || isAbort(error)) return;
      if (isExpired(error)) {
        resourceVersion = undefined;
        continue;
      }
      if (!synced || isFinal(error)) throw error;
      failures += 1;
      resourceVersion = undefined;
      const pause = Math.min(LONGEST_PAUSE, 100 * 2 ** failures);
      await sleep(pause, undefined, { signal }).catch(() => undefined);
    }
  }
}

function isFinal(error: unknown): boolean {
  return error instanceof KubernetesError && error.status < 500 && error.status !== 429;
}

function* difference<T extends KubernetesObject>(
  known: Map<string, Stored<T>>,
  items: readonly Stored<T>[],
): Generator<Change<T>, void> {
  const listed = new Map(items.map((item) => [item.metadata.uid, item]));
  for (const [uid, object] of known) {
    if (listed.has(uid)) continue;
    known.delete(uid);
    yield { type: "absent", object };
  }
  for (const [uid, object] of listed) {
    const former = known.get(uid);
    known.set(uid, object);
    if (former?.metadata.resourceVersion === object.metadata.resourceVersion) continue;
    yield { type: "present", object, known: former !== undefined };
  }
}
