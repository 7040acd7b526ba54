// Makes an object be as wanted, with no write when it is so already.
import {
  isAlreadyExists,
  type KubernetesClient,
  type KubernetesObject,
  type ResourceType,
  type Stored,
} from "@pilothouse/kubernetes";

export interface EnsureOptions {
  readonly fieldManager: string;
  readonly signal: AbortSignal;
  /** Only make it when it is absent: what stands there belongs to others. */
  readonly onlyCreate?: boolean;
}

export async function ensureObject<T extends KubernetesObject>(
  client: KubernetesClient,
  resource: ResourceType<T>,
  desired: T,
  options: EnsureOptions,
): Promise<void> {
  const { fieldManager, signal } = options;
  const key = { namespace: desired.metadata?.namespace, name: desired.metadata?.name ?? "" };
  const live = await client.find(resource, key, { signal });
  if (live === undefined) {
    try {
      await client.create(resource, desired, { fieldManager, signal });
    } catch (error) {
      // Another writer was faster: the next reconcile looks at what it made.
      if (!isAlreadyExists(error)) throw error;
    }
    return;
  }
  if (options.onlyCreate === true || holds(live, desired)) return;
  await client.update(resource, merged(live, desired), { fieldManager, signal });
}

/** Labels and annotations of others stay; everything else that is wanted replaces what stands there. */
function merged<T extends KubernetesObject>(live: Stored<T>, desired: T): T {
  const { labels, annotations } = desired.metadata ?? {};
  const metadata = {
    ...live.metadata,
    ...(labels === undefined ? {} : { labels: { ...live.metadata.labels, ...labels } }),
    ...(annotations === undefined ? {} : { annotations: { ...live.metadata.annotations, ...annotations } }),
  };
  return { ...live, ...desired, metadata };
}

/** True when `live` says everything that `desired` says; what a server has added by default does not matter. */
export function holds(live: unknown, desired: unknown): boolean {
  if (Array.isArray(desired)) {
    return (
      Array.isArray(live) && live.length === desired.length && desired.every((item, index) => holds(live[index], item))
    );
  }
  if (typeof desired === "object" && desired !== null) {
    if (typeof live !== "object" || live === null) return Object.values(desired).every((value) => value === undefined);
    return Object.entries(desired).every(
      ([name, value]) => value === undefined || holds((live as Record<string, unknown>)[name], value),
    );
  }
  return live === desired;
}
