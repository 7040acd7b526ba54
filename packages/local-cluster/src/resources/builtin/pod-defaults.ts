// Defaults of a pod's spec, for pods and for the templates of jobs.
import { ensureObject, isJsonObject, objectsAt, stringAt, type JsonObject } from "../../json.ts";

const FILE_MODE = 0o644;

export function defaultPodSpec(spec: JsonObject): void {
  spec["restartPolicy"] ??= "Always";
  spec["dnsPolicy"] ??= "ClusterFirst";
  spec["schedulerName"] ??= "default-scheduler";
  spec["terminationGracePeriodSeconds"] ??= 30;
  ensureObject(spec, "securityContext");
  const account = stringAt(spec, "serviceAccountName") || stringAt(spec, "serviceAccount");
  if (account !== "") {
    spec["serviceAccountName"] = account;
    spec["serviceAccount"] = account;
  }
  for (const list of ["initContainers", "containers"])
    for (const container of objectsAt(spec, list)) defaultContainer(container);
  for (const volume of objectsAt(spec, "volumes")) defaultVolume(volume);
}

function defaultContainer(container: JsonObject): void {
  const image = stringAt(container, "image");
  container["imagePullPolicy"] ??= /:latest$|^[^:@]*(\/[^:@]*)?$/.test(image) ? "Always" : "IfNotPresent";
  container["terminationMessagePath"] ??= "/dev/termination-log";
  container["terminationMessagePolicy"] ??= "File";
  const resources = ensureObject(container, "resources");
  if (isJsonObject(resources["limits"])) {
    const requests = ensureObject(resources, "requests");
    for (const [name, amount] of Object.entries(resources["limits"])) requests[name] ??= amount;
  }
  for (const port of objectsAt(container, "ports")) port["protocol"] ??= "TCP";
  for (const variable of objectsAt(container, "env")) {
    const reference = isJsonObject(variable["valueFrom"]) ? variable["valueFrom"]["fieldRef"] : undefined;
    if (isJsonObject(reference)) reference["apiVersion"] ??= "v1";
  }
  for (const name of ["livenessProbe", "readinessProbe", "startupProbe"]) {
    const probe = container[name];
    if (!isJsonObject(probe)) continue;
    probe["timeoutSeconds"] ??= 1;
    probe["periodSeconds"] ??= 10;
    probe["successThreshold"] ??= 1;
    probe["failureThreshold"] ??= 3;
    defaultHttpGet(probe["httpGet"]);
  }
  for (const hook of ["postStart", "preStop"]) {
    const lifecycle = container["lifecycle"];
    const handler = isJsonObject(lifecycle) ? lifecycle[hook] : undefined;
    if (isJsonObject(handler)) defaultHttpGet(handler["httpGet"]);
  }
}

function defaultHttpGet(action: unknown): void {
  if (!isJsonObject(action)) return;
  action["path"] ??= "/";
  action["scheme"] ??= "HTTP";
}

function defaultVolume(volume: JsonObject): void {
  const sources = Object.keys(volume).filter((key) => key !== "name");
  if (sources.length === 0) volume["emptyDir"] = {};
  for (const source of ["secret", "configMap", "downwardAPI", "projected"]) {
    const value = volume[source];
    if (isJsonObject(value)) value["defaultMode"] ??= FILE_MODE;
  }
  for (const source of objectsAt(volume, "projected", "sources")) {
    const token = source["serviceAccountToken"];
    if (isJsonObject(token)) token["expirationSeconds"] ??= 3600;
  }
  for (const item of [
    ...objectsAt(volume, "downwardAPI", "items"),
    ...objectsAt(volume, "projected", "sources").flatMap((source) => objectsAt(source, "downwardAPI", "items")),
  ]) {
    const reference = item["fieldRef"];
    if (isJsonObject(reference)) reference["apiVersion"] ??= "v1";
  }
  const hostPath = volume["hostPath"];
  if (isJsonObject(hostPath)) hostPath["type"] ??= "";
}

/** Guaranteed when every container's limits equal its requests for cpu and memory, BestEffort when none asks. */
export function qualityOfService(spec: JsonObject): "Guaranteed" | "Burstable" | "BestEffort" {
  let any = false;
  let guaranteed = true;
  for (const container of [...objectsAt(spec, "initContainers"), ...objectsAt(spec, "containers")])
    for (const resource of ["cpu", "memory"]) {
      const request = resourceAmount(container, "requests", resource);
      const limit = resourceAmount(container, "limits", resource);
      if (request !== undefined || limit !== undefined) any = true;
      if (limit === undefined || (request !== undefined && request !== limit)) guaranteed = false;
    }
  if (!any) return "BestEffort";
  return guaranteed ? "Guaranteed" : "Burstable";
}

function resourceAmount(container: JsonObject, list: string, resource: string): string | undefined {
  const amounts = isJsonObject(container["resources"]) ? container["resources"][list] : undefined;
  const amount = isJsonObject(amounts) ? amounts[resource] : undefined;
  return typeof amount === "string" || typeof amount === "number" ? String(amount) : undefined;
}
