// Pods: defaults, checks, what may change, and the line that `kubectl get pods` prints.
import { forbiddenField, type FieldError } from "../../api/errors.ts";
import {
  cloneJson,
  ensureObject,
  equalJson,
  isJsonObject,
  numberAt,
  objectsAt,
  stringAt,
  type JsonObject,
} from "../../json.ts";
import type { KubernetesObject } from "../../objects.ts";
import { ageSince, column, pathColumn, WIDE } from "../columns.ts";
import { defineBuiltIn } from "../define.ts";
import { defaultPodSpec, qualityOfService } from "./pod-defaults.ts";
import { validatePodSpec } from "./pod-validation.ts";

const MUTABLE =
  "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

function specOf(object: KubernetesObject): JsonObject {
  return ensureObject(object, "spec");
}

function validate(object: KubernetesObject): FieldError[] {
  return validatePodSpec(specOf(object), "spec");
}

/** The spec without what an update may change. */
function fixedPart(object: KubernetesObject): JsonObject {
  const spec = cloneJson(specOf(object));
  delete spec["activeDeadlineSeconds"];
  delete spec["tolerations"];
  for (const list of ["initContainers", "containers"])
    for (const container of objectsAt(spec, list)) delete container["image"];
  return spec;
}

function sidecarNames(spec: JsonObject): ReadonlySet<string> {
  return new Set(
    objectsAt(spec, "initContainers")
      .filter((container) => container["restartPolicy"] === "Always")
      .map((container) => stringAt(container, "name")),
  );
}

function ready(object: KubernetesObject): string {
  const spec = specOf(object);
  const sidecars = sidecarNames(spec);
  const total = objectsAt(spec, "containers").length + sidecars.size;
  const statuses = [
    ...objectsAt(object, "status", "containerStatuses"),
    ...objectsAt(object, "status", "initContainerStatuses").filter((status) => sidecars.has(stringAt(status, "name"))),
  ];
  return `${statuses.filter((status) => status["ready"] === true).length}/${total}`;
}

function exitReason(terminated: JsonObject, prefix: string): string {
  const reason = stringAt(terminated, "reason");
  if (reason !== "") return prefix + reason;
  const signal = numberAt(terminated, "signal") ?? 0;
  return signal === 0 ? `${prefix}ExitCode:${numberAt(terminated, "exitCode") ?? 0}` : `${prefix}Signal:${signal}`;
}

/** The STATUS column: the most telling reason among the containers, or the phase. */
export function podStatusText(object: KubernetesObject): string {
  const spec = specOf(object);
  const sidecars = sidecarNames(spec);
  let reason = stringAt(object, "status", "reason") || stringAt(object, "status", "phase");
  let initializing = false;
  const initStatuses = objectsAt(object, "status", "initContainerStatuses");
  for (const [index, status] of initStatuses.entries()) {
    const state = isJsonObject(status["state"]) ? status["state"] : {};
    const { terminated, waiting } = state;
    if (isJsonObject(terminated) && (numberAt(terminated, "exitCode") ?? 0) === 0) continue;
    if (sidecars.has(stringAt(status, "name")) && status["started"] === true) continue;
    if (isJsonObject(terminated)) reason = exitReason(terminated, "Init:");
    else if (stringAt(waiting, "reason") !== "" && stringAt(waiting, "reason") !== "PodInitializing")
      reason = `Init:${stringAt(waiting, "reason")}`;
    else reason = `Init:${index}/${objectsAt(spec, "initContainers").length}`;
    initializing = true;
    break;
  }
  if (!initializing) {
    let running = false;
    for (const status of objectsAt(object, "status", "containerStatuses").toReversed()) {
      const state = isJsonObject(status["state"]) ? status["state"] : {};
      if (stringAt(state["waiting"], "reason") !== "") reason = stringAt(state["waiting"], "reason");
      else if (isJsonObject(state["terminated"])) reason = exitReason(state["terminated"], "");
      else if (status["ready"] === true && isJsonObject(state["running"])) running = true;
    }
    if (reason === "Completed" && running) reason = "Running";
  }
  if (object.metadata.deletionTimestamp !== undefined) {
    const phase = stringAt(object, "status", "phase");
    if (stringAt(object, "status", "reason") === "NodeLost") return "Unknown";
    if (phase !== "Succeeded" && phase !== "Failed") return "Terminating";
  }
  return reason;
}

function restarts(object: KubernetesObject, now: number): string {
  const sidecars = sidecarNames(specOf(object));
  let count = 0;
  let last = 0;
  for (const status of [
    ...objectsAt(object, "status", "containerStatuses"),
    ...objectsAt(object, "status", "initContainerStatuses").filter((each) => sidecars.has(stringAt(each, "name"))),
  ]) {
    count += numberAt(status, "restartCount") ?? 0;
    const finished = Date.parse(stringAt(status, "lastState", "terminated", "finishedAt"));
    if (finished > last) last = finished;
  }
  return count === 0 || last === 0 ? String(count) : `${count} (${ageSince(new Date(last).toISOString(), now)} ago)`;
}

const orNone = (text: string): string => (text === "" ? "<none>" : text);

export const pods = defineBuiltIn({
  kind: "Pod",
  plural: "pods",
  shortNames: ["po"],
  categories: ["all"],
  status: true,
  subresources: {
    log: { verbs: ["get"] },
    binding: { verbs: ["create"], kind: "Binding" },
    attach: { verbs: ["create", "get"], kind: "PodAttachOptions" },
    exec: { verbs: ["create", "get"], kind: "PodExecOptions" },
    portforward: { verbs: ["create", "get"], kind: "PodPortForwardOptions" },
    eviction: { verbs: ["create"], kind: "Eviction", group: "policy", version: "v1" },
  },
  columns: [column("Ready", ready), column("Status", podStatusText), column("Restarts", restarts)],
  wide: [
    column("IP", (object) => orNone(stringAt(object, "status", "podIP")), WIDE),
    column("Node", (object) => orNone(stringAt(object, "spec", "nodeName")), WIDE),
    pathColumn("Nominated Node", ["status", "nominatedNodeName"], {
      ...WIDE,
      cell: (object) => orNone(stringAt(object, "status", "nominatedNodeName")),
    }),
    column(
      "Readiness Gates",
      (object) =>
        objectsAt(object, "spec", "readinessGates").length === 0
          ? "<none>"
          : String(objectsAt(object, "spec", "readinessGates").length),
      WIDE,
    ),
  ],
  strategy: {
    generation: "spec",
    selectableFields: [
      "spec.nodeName",
      "spec.restartPolicy",
      "spec.schedulerName",
      "spec.serviceAccountName",
      "spec.hostNetwork",
      "status.phase",
      "status.podIP",
      "status.podIPs",
      "status.nominatedNodeName",
    ],
    fields: (object) => ({
      "spec.nodeName": stringAt(object, "spec", "nodeName"),
      "spec.restartPolicy": stringAt(object, "spec", "restartPolicy"),
      "spec.schedulerName": stringAt(object, "spec", "schedulerName"),
      "spec.serviceAccountName": stringAt(object, "spec", "serviceAccountName"),
      "spec.hostNetwork": String(specOf(object)["hostNetwork"] === true),
      "status.phase": stringAt(object, "status", "phase"),
      "status.podIP": stringAt(object, "status", "podIP"),
      "status.podIPs": stringAt(object, "status", "podIP"),
      "status.nominatedNodeName": stringAt(object, "status", "nominatedNodeName"),
    }),
    prepareCreate: (object) => {
      const spec = specOf(object);
      defaultPodSpec(spec);
      spec["enableServiceLinks"] ??= true;
      spec["priority"] ??= 0;
      spec["preemptionPolicy"] ??= "PreemptLowerPriority";
      object["status"] = { phase: "Pending", qosClass: qualityOfService(spec) };
    },
    prepareUpdate: (object) => defaultPodSpec(specOf(object)),
    validateCreate: validate,
    validateUpdate: (object, previous) => {
      const errors = validate(object);
      if (!equalJson(fixedPart(object), fixedPart(previous))) errors.push(forbiddenField("spec", MUTABLE));
      return errors;
    },
    gracePeriod: (object, asked) => {
      const phase = stringAt(object, "status", "phase");
      // Nobody runs it (not placed, or over): it need not wait for a kubelet.
      if (stringAt(object, "spec", "nodeName") === "" || phase === "Succeeded" || phase === "Failed") return 0;
      return Math.max(asked ?? numberAt(object, "spec", "terminationGracePeriodSeconds") ?? 30, 0);
    },
  },
});
