// LimitRange: gives containers the namespace's default requests and limits, and refuses what is out of its bounds.
import { forbidden } from "../api/errors.ts";
import { ensureObject, isJsonObject, objectsAt, stringAt, valueAt, type Json, type JsonObject } from "../json.ts";
import { qualityOfService } from "../resources/builtin/pod-defaults.ts";
import type { ClusterStore } from "../storage/store.ts";
import type { AdmissionPlugin, AdmissionRequest } from "./admission.ts";
import { amount, usageOf } from "./quota/usage.ts";

export function limitRanger(store: ClusterStore): AdmissionPlugin {
  const limits = (request: AdmissionRequest): readonly JsonObject[] =>
    store.list("limitranges", request.namespace).flatMap((range) => objectsAt(range.decode(), "spec", "limits"));
  const applies = (request: AdmissionRequest): boolean =>
    request.namespace !== "" &&
    request.subresource === "" &&
    request.object !== undefined &&
    (request.definition.table === "pods" || request.definition.table === "persistentvolumeclaims") &&
    (request.operation === "CREATE" || (request.operation === "UPDATE" && request.definition.table !== "pods"));

  return {
    name: "LimitRanger",
    mutate: (request) => {
      if (!applies(request) || request.definition.table !== "pods") return;
      for (const limit of limits(request))
        if (limit["type"] === "Container") for (const container of containersOf(request)) setDefaults(container, limit);
      const spec = request.object?.["spec"];
      const status = request.object?.["status"];
      if (isJsonObject(spec) && isJsonObject(status)) status["qosClass"] = qualityOfService(spec);
    },
    validate: (request) => {
      if (!applies(request)) return;
      for (const limit of limits(request)) {
        const problem = problemOf(request, limit);
        if (problem !== undefined) throw forbidden(request.definition, request.name, problem);
      }
    },
  };
}

function containersOf(request: AdmissionRequest): readonly JsonObject[] {
  return [...objectsAt(request.object, "spec", "initContainers"), ...objectsAt(request.object, "spec", "containers")];
}

function setDefaults(container: JsonObject, limit: JsonObject): void {
  const resources = ensureObject(container, "resources");
  for (const [list, source] of [
    ["limits", "default"],
    ["requests", "defaultRequest"],
  ] as const) {
    const defaults = limit[source];
    if (!isJsonObject(defaults)) continue;
    const target = ensureObject(resources, list);
    for (const [name, value] of Object.entries(defaults)) target[name] ??= value;
  }
}

function problemOf(request: AdmissionRequest, limit: JsonObject): string | undefined {
  const kind = stringAt(limit, "type");
  if (request.definition.table === "persistentvolumeclaims") {
    if (kind !== "PersistentVolumeClaim") return undefined;
    const requested = valueAt(request.object, "spec", "resources", "requests", "storage");
    return outOfBounds("storage", requested, requested, limit, kind);
  }
  if (kind === "Container")
    for (const container of containersOf(request))
      for (const resource of boundedResources(limit)) {
        const problem = outOfBounds(
          resource,
          valueAt(container, "resources", "requests", resource),
          valueAt(container, "resources", "limits", resource),
          limit,
          kind,
        );
        if (problem !== undefined) return problem;
      }
  if (kind === "Pod" && request.object !== undefined) {
    const usage = usageOf("pods", request.object);
    for (const resource of boundedResources(limit)) {
      const most = valueAt(limit, "max", resource);
      const total = usage[`limits.${resource}`];
      if (most === undefined) continue;
      if (total === undefined) return `maximum ${resource} usage per Pod is ${shown(most)}.  No limit is specified`;
      if (total > amount(most)) return `maximum ${resource} usage per Pod is ${shown(most)}, but limit is larger`;
    }
  }
  return undefined;
}

function boundedResources(limit: JsonObject): readonly string[] {
  return ["min", "max"].flatMap((bound) => {
    const values = limit[bound];
    return isJsonObject(values) ? Object.keys(values) : [];
  });
}

function outOfBounds(
  resource: string,
  request: Json | undefined,
  most: Json | undefined,
  limit: JsonObject,
  kind: string,
): string | undefined {
  const minimum = valueAt(limit, "min", resource);
  const maximum = valueAt(limit, "max", resource);
  if (minimum !== undefined) {
    if (request === undefined)
      return `minimum ${resource} usage per ${kind} is ${shown(minimum)}.  No request is specified`;
    if (amount(request) < amount(minimum))
      return `minimum ${resource} usage per ${kind} is ${shown(minimum)}, but request is ${shown(request)}`;
  }
  if (maximum !== undefined) {
    if (most === undefined) return `maximum ${resource} usage per ${kind} is ${shown(maximum)}.  No limit is specified`;
    if (amount(most) > amount(maximum))
      return `maximum ${resource} usage per ${kind} is ${shown(maximum)}, but limit is ${shown(most)}`;
  }
  return undefined;
}

function shown(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
