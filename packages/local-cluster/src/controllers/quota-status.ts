/** Keeps `status.used` of ResourceQuotas: what `kubectl describe quota` shows. (Admission counts by itself, at the moment it matters.) */
import {
  isConflict,
  isNotFound,
  type KubernetesObject,
  persistentVolumeClaims,
  pods,
  type ResourceQuota,
  resourceQuotas,
  type ResourceType,
  type Stored,
} from "@pilothouse/kubernetes";
import { inScopes, usageOf } from "../admission/quota/usage.ts";
import type { Json } from "../json.ts";
import { formatQuantity, parseQuantity } from "../quantity/index.ts";
import type { ControllerSet } from "./controller-set.ts";
import type { ServedResources } from "./served-resources.ts";

/** Changes are gathered for so long. */
const GATHER_MILLISECONDS = 100;
/** Of kinds other than pods and claims no changes are followed: they are counted anew so often. */
const RECOUNT_MILLISECONDS = 10_000;

export function addQuotaStatus(set: ControllerSet, served: ServedResources): void {
  const quotas = set.informer(resourceQuotas);
  const podInformer = set.informer(pods);
  const claimInformer = set.informer(persistentVolumeClaims);
  const controller = set.controller("resource-quota", reconcile, 2);
  set.enqueueAll(resourceQuotas, controller);
  const touched = ({ object }: { readonly object: Stored<KubernetesObject> }) => {
    for (const { metadata } of quotas.list()) {
      if (metadata.namespace !== object.metadata.namespace) continue;
      controller.queue.addAfter(`${metadata.namespace}/${metadata.name}`, GATHER_MILLISECONDS);
    }
  };
  podInformer.subscribe(touched);
  claimInformer.subscribe(touched);

  async function objectsOf(
    resource: ResourceType,
    namespace: string,
    signal: AbortSignal,
  ): Promise<Stored<KubernetesObject>[]> {
    const table = tableOf(resource);
    const followed =
      table === "pods" ? podInformer.list() : table === "persistentvolumeclaims" ? claimInformer.list() : undefined;
    if (followed) return followed.filter(({ metadata }) => metadata.namespace === namespace);
    return (await set.client.list(resource, { namespace, signal })).items;
  }

  async function reconcile(key: string, signal: AbortSignal) {
    const quota = quotas.get(key);
    if (!quota) return undefined;
    // Until the served kinds are known nothing can be counted, and a count of nothing would be wrong.
    if (served.current.length === 0) return { requeueAfterMilliseconds: GATHER_MILLISECONDS };
    const { namespace = "", name, uid } = quota.metadata;
    const hard = quota.spec?.hard ?? {};
    const counted = served.current.filter(
      (resource) => resource.namespaced && mayConcern(Object.keys(hard), tableOf(resource)),
    );
    const used = new Map<string, bigint>();
    for (const resource of counted) {
      for (const object of await objectsOf(resource, namespace, signal)) {
        if (!inScopes(asJson(quota), tableOf(resource), asObject(object))) continue;
        for (const [entry, value] of Object.entries(usageOf(tableOf(resource), asObject(object))))
          used.set(entry, (used.get(entry) ?? 0n) + value);
      }
    }
    const text = (entry: string, limit: string) =>
      formatQuantity({ nano: used.get(entry) ?? 0n, format: parseQuantity(limit)?.format ?? "decimal" });
    const status = {
      hard,
      used: Object.fromEntries(Object.entries(hard).map(([entry, limit]) => [entry, text(entry, limit)])),
    };
    if (!sameStatus(quota.status, status)) {
      const body = { metadata: { uid }, status };
      await set.client
        .patch(resourceQuotas, { namespace, name }, { type: "merge", body }, { subresource: "status", signal })
        .catch((error: unknown) => {
          if (!isNotFound(error) && !isConflict(error)) throw error;
        });
    }
    const followed = counted.every((resource) => ["pods", "persistentvolumeclaims"].includes(tableOf(resource)));
    return followed ? undefined : { requeueAfterMilliseconds: RECOUNT_MILLISECONDS };
  }
}

/** As the store and the quota rules name a kind: `pods`, `jobs.batch`. */
function tableOf({ group, plural }: ResourceType): string {
  return group === "" ? plural : `${plural}.${group}`;
}

function mayConcern(entries: readonly string[], table: string): boolean {
  return entries.some((entry) => {
    if (entry === table || entry === `count/${table}` || entry.startsWith(`${table}.`)) return true;
    if (table === "persistentvolumeclaims")
      return entry.endsWith("requests.storage") || entry.endsWith("/persistentvolumeclaims");
    return (
      table === "pods" &&
      !entry.startsWith("count/") &&
      /^(cpu|memory|ephemeral-storage|requests\.|limits\.)/.test(entry)
    );
  });
}

/** What came from the API is JSON, whatever type it was given on the way. */
const asJson = (object: KubernetesObject): Json => object as unknown as Json;
const asObject = (object: KubernetesObject) => object as unknown as Parameters<typeof usageOf>[1];

function sameStatus(left: ResourceQuota["status"], right: NonNullable<ResourceQuota["status"]>): boolean {
  const sorted = (map: Record<string, string> = {}) =>
    JSON.stringify(Object.entries(map).sort(([one], [two]) => (one < two ? -1 : 1)));
  return sorted(left?.hard) === sorted(right.hard) && sorted(left?.used) === sorted(right.used);
}
