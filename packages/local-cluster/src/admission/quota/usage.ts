// What an object counts for in a ResourceQuota, by the names that quotas use. Pure; shared with whoever keeps the status.
import { isJsonObject, objectsAt, stringAt, valueAt, type Json, type JsonObject } from "../../json.ts";
import type { KubernetesObject } from "../../objects.ts";
import { parseQuantity } from "../../quantity/index.ts";

/** Amounts in thousand-millionths, so that sums stay exact. */
export type Usage = Readonly<Record<string, bigint>>;

const ONE = 1_000_000_000n;

/** The core kinds that have a short name in quotas; every other kind is `count/PLURAL.GROUP`. */
const COUNTED = new Set(["configmaps", "persistentvolumeclaims", "pods", "resourcequotas", "secrets", "services"]);

/** `table`: as in the store, `pods` or `jobs.batch`. */
export function usageOf(table: string, object: KubernetesObject): Usage {
  const usage: Record<string, bigint> = { [`count/${table}`]: ONE };
  if (table === "pods") {
    // A pod that is over holds nothing but its name.
    if (!isOver(object)) Object.assign(usage, { pods: ONE }, podUsage(object));
    return usage;
  }
  if (COUNTED.has(table)) usage[table] = ONE;
  if (table === "persistentvolumeclaims") {
    const storage = amount(valueAt(object, "spec", "resources", "requests", "storage"));
    usage["requests.storage"] = storage;
    const storageClass = stringAt(object, "spec", "storageClassName");
    if (storageClass !== "") {
      usage[`${storageClass}.storageclass.storage.k8s.io/requests.storage`] = storage;
      usage[`${storageClass}.storageclass.storage.k8s.io/persistentvolumeclaims`] = ONE;
    }
  }
  if (table === "services") {
    const type = stringAt(object, "spec", "type");
    usage["services.nodeports"] = type === "NodePort" ? BigInt(objectsAt(object, "spec", "ports").length) * ONE : 0n;
    usage["services.loadbalancers"] = type === "LoadBalancer" ? ONE : 0n;
  }
  return usage;
}

function isOver(pod: KubernetesObject): boolean {
  const phase = stringAt(pod, "status", "phase");
  return phase === "Succeeded" || phase === "Failed";
}

function podUsage(pod: KubernetesObject): Usage {
  const usage: Record<string, bigint> = {};
  for (const [list, prefix] of [
    ["requests", "requests."],
    ["limits", "limits."],
  ] as const)
    for (const [resource, value] of podAmounts(pod["spec"], list)) {
      usage[prefix + resource] = value;
      // Bare names are an older way to say requests.
      if (list === "requests") usage[resource] = value;
    }
  return usage;
}

/** Sidecars run beside the containers, so they add up; other init containers run alone, so the largest counts. */
function podAmounts(spec: Json | undefined, list: "requests" | "limits"): ReadonlyMap<string, bigint> {
  const running = new Map<string, bigint>();
  const starting = new Map<string, bigint>();
  for (const container of objectsAt(spec, "initContainers"))
    for (const [resource, value] of containerAmounts(container, list)) {
      const beside = running.get(resource) ?? 0n;
      if (container["restartPolicy"] === "Always") running.set(resource, beside + value);
      else if (beside + value > (starting.get(resource) ?? 0n)) starting.set(resource, beside + value);
    }
  for (const container of objectsAt(spec, "containers"))
    for (const [resource, value] of containerAmounts(container, list))
      running.set(resource, (running.get(resource) ?? 0n) + value);
  for (const [resource, value] of starting) if (value > (running.get(resource) ?? 0n)) running.set(resource, value);
  return running;
}

function containerAmounts(container: JsonObject, list: string): [string, bigint][] {
  const amounts = valueAt(container, "resources", list);
  if (!isJsonObject(amounts)) return [];
  return Object.entries(amounts).map(([resource, value]) => [resource, amount(value)]);
}

export function amount(value: Json | undefined): bigint {
  if (typeof value !== "string" && typeof value !== "number") return 0n;
  return parseQuantity(value)?.nano ?? 0n;
}

/** Whether a pod falls under a quota's scopes. Quotas without scopes are for every object. */
export function inScopes(quota: Json, table: string, object: KubernetesObject): boolean {
  const scopes = [
    ...objectsAt(quota, "spec", "scopeSelector", "matchExpressions").map((each) => stringAt(each, "scopeName")),
    ...(Array.isArray(valueAt(quota, "spec", "scopes")) ? scopesOf(quota) : []),
  ];
  if (scopes.length === 0) return true;
  if (table !== "pods") return false;
  const bestEffort = stringAt(object, "status", "qosClass") === "BestEffort";
  const terminating = valueAt(object, "spec", "activeDeadlineSeconds") !== undefined;
  return scopes.every((scope) => {
    switch (scope) {
      case "BestEffort":
        return bestEffort;
      case "NotBestEffort":
        return !bestEffort;
      case "Terminating":
        return terminating;
      case "NotTerminating":
        return !terminating;
      default:
        return false;
    }
  });
}

function scopesOf(quota: Json): string[] {
  const scopes = valueAt(quota, "spec", "scopes");
  return Array.isArray(scopes) ? scopes.filter((scope) => typeof scope === "string") : [];
}
