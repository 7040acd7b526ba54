// ResourceQuota: refuses what would take a namespace past its hard limits. What is used is counted from the store at
// that moment, so two writes can never share the last free place.
import { forbidden } from "../../api/errors.ts";
import { isJsonObject, objectsAt, stringAt, valueAt, type Json } from "../../json.ts";
import { formatQuantity, parseQuantity } from "../../quantity/index.ts";
import type { KubernetesObject } from "../../objects.ts";
import type { StoredObject } from "../../storage/stored-object.ts";
import type { ClusterStore } from "../../storage/store.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import { amount, inScopes, usageOf, type Usage } from "./usage.ts";

const QUOTAS = "resourcequotas";
const COMPUTE = ["cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"];
const NONE: Usage = {};

export function resourceQuota(store: ClusterStore): AdmissionPlugin {
  const known = new WeakMap<StoredObject, Usage>();
  const usageOfStored = (stored: StoredObject): Usage => {
    let usage = known.get(stored);
    if (usage === undefined) {
      usage = usageOf(stored.resource, stored.decode());
      known.set(stored, usage);
    }
    return usage;
  };

  const used = (quota: KubernetesObject, namespace: string, resource: string, table: string): bigint => {
    let sum = 0n;
    const scoped = quotaHasScopes(quota);
    for (const stored of store.list(table, namespace)) {
      const value = usageOfStored(stored)[resource];
      if (value !== undefined && (!scoped || inScopes(quota, table, stored.decode()))) sum += value;
    }
    return sum;
  };

  const check = (request: AdmissionRequest, quota: KubernetesObject, object: KubernetesObject): void => {
    const { table } = request.definition;
    if (!inScopes(quota, table, object)) return;
    const hard = valueAt(quota, "spec", "hard");
    if (!isJsonObject(hard)) return;
    const after = usageOf(table, object);
    const before = request.oldObject === undefined ? NONE : usageOf(table, request.oldObject);
    const name = quota.metadata.name ?? "";
    if (table === "pods" && request.operation === "CREATE") requireAmounts(request, name, hard, object);
    const exceeded: { resource: string; more: bigint; used: bigint; limit: Json }[] = [];
    for (const [resource, limit] of Object.entries(hard)) {
      const more = (after[resource] ?? 0n) - (before[resource] ?? 0n);
      if (more <= 0n || limit === undefined) continue;
      const already = used(quota, request.namespace, resource, table);
      if (already + more > amount(limit)) exceeded.push({ resource, more, used: already, limit });
    }
    if (exceeded.length === 0) return;
    const show = (pick: (each: (typeof exceeded)[number]) => string): string =>
      exceeded.map((each) => `${each.resource}=${pick(each)}`).join(",");
    throw forbidden(
      request.definition,
      request.name,
      `exceeded quota: ${name}, requested: ${show((each) => text(each.more, each.limit))}, used: ${show((each) => text(each.used, each.limit))}, limited: ${show((each) => text(amount(each.limit), each.limit))}`,
    );
  };

  return {
    name: "ResourceQuota",
    validate: (request) => {
      const { object, namespace, operation, subresource } = request;
      if (namespace === "" || object === undefined || subresource !== "") return;
      if (operation !== "CREATE" && operation !== "UPDATE") return;
      for (const quota of store.list(QUOTAS, namespace)) check(request, quota.decode(), object);
    },
  };
}

/** A quota on cpu or memory only works when every container says what it takes. */
function requireAmounts(request: AdmissionRequest, quota: string, hard: Json, pod: KubernetesObject): void {
  const missing = new Map<string, string[]>();
  for (const resource of COMPUTE) {
    if (valueAt(hard, resource) === undefined) continue;
    const [list, name] = resource.includes(".") ? resource.split(".") : ["requests", resource];
    for (const container of objectsAt(pod, "spec", "containers"))
      if (valueAt(container, "resources", list ?? "", name ?? "") === undefined)
        missing.set(resource, [...(missing.get(resource) ?? []), stringAt(container, "name")]);
  }
  if (missing.size === 0) return;
  const parts = [...missing].map(([resource, containers]) => `${resource} for: ${containers.join(",")}`);
  throw forbidden(request.definition, request.name, `failed quota: ${quota}: must specify ${parts.join("; ")}`);
}

function quotaHasScopes(quota: KubernetesObject): boolean {
  return valueAt(quota, "spec", "scopes") !== undefined || valueAt(quota, "spec", "scopeSelector") !== undefined;
}

function text(nano: bigint, like: Json): string {
  const format = typeof like === "string" ? (parseQuantity(like)?.format ?? "decimal") : "decimal";
  return formatQuantity({ nano, format });
}
