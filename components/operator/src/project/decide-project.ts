// What a Project needs next. Pure: a Project never takes over a namespace that it did not make.
import { PROJECTS_NAMESPACE, isReservedProjectName, type Condition, type ProjectStatus } from "@pilothouse/contracts";

export interface ProjectObservation {
  readonly now: number;
  readonly name: string;
  /** Where the Project object itself lies. */
  readonly home: string;
  readonly generation: number;
  readonly deleting: boolean;
  readonly hasFinalizer: boolean;
  readonly status: ProjectStatus;
  readonly namespace: { readonly uid: string; readonly ours: boolean; readonly terminating: boolean } | undefined;
  /** The namespace's contents were made and found in order in this round. */
  readonly furnished: boolean;
}

export type ProjectAction = "addFinalizer" | "createNamespace" | "deleteNamespace" | "furnish" | "removeFinalizer";

export interface ProjectDecision {
  readonly status: ProjectStatus;
  readonly action: ProjectAction | undefined;
  /** Look again after this time even if nothing is seen to change. */
  readonly wakeMilliseconds: number | undefined;
}

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const NAMESPACE_PROBE_MILLISECONDS = 2000;

export function decideProject(observation: ProjectObservation): ProjectDecision {
  const { namespace, hasFinalizer } = observation;
  if (observation.deleting) return decideDeletion(observation);
  const refusal = refusalOf(observation);
  if (refusal !== undefined) return decision(observation, "Failed", refusal.reason, refusal.message);
  if (!hasFinalizer) return decision(observation, "Pending", "Starting", "", "addFinalizer");
  if (namespace === undefined) return decision(observation, "Pending", "CreatingNamespace", "", "createNamespace");
  if (namespace.terminating) {
    const message = `namespace ${observation.name} is being deleted: waiting to make it again`;
    return decision(observation, "Pending", "NamespaceTerminating", message, undefined, NAMESPACE_PROBE_MILLISECONDS);
  }
  if (!observation.furnished)
    return decision(observation, observation.status.phase ?? "Pending", "Furnishing", "", "furnish");
  return decision(observation, "Ready", "Ready", "");
}

function refusalOf({ name, home, namespace }: ProjectObservation): { reason: string; message: string } | undefined {
  if (home !== PROJECTS_NAMESPACE) {
    return { reason: "WrongNamespace", message: `Projects belong into namespace ${PROJECTS_NAMESPACE}` };
  }
  if (!DNS_LABEL.test(name)) {
    return {
      reason: "InvalidName",
      message: `${name} cannot be the name of a namespace: use at most 63 lower-case letters, digits and hyphens`,
    };
  }
  if (isReservedProjectName(name))
    return { reason: "ReservedName", message: `the name ${name} is reserved: choose another one` };
  if (namespace !== undefined && !namespace.ours) {
    return {
      reason: "NamespaceTaken",
      message: `namespace ${name} exists already and does not belong to this project: choose another name`,
    };
  }
  return undefined;
}

function decideDeletion(observation: ProjectObservation): ProjectDecision {
  const { namespace, hasFinalizer, name } = observation;
  if (!hasFinalizer) return { status: observation.status, action: undefined, wakeMilliseconds: undefined };
  if (namespace === undefined || !namespace.ours)
    return decision(observation, "Terminating", "Terminating", "", "removeFinalizer");
  const message = `waiting for namespace ${name} to be empty`;
  const action = namespace.terminating ? undefined : "deleteNamespace";
  return decision(observation, "Terminating", "Terminating", message, action, NAMESPACE_PROBE_MILLISECONDS);
}

function decision(
  observation: ProjectObservation,
  phase: ProjectStatus["phase"] & string,
  reason: string,
  message: string,
  action?: ProjectAction,
  wakeMilliseconds?: number,
): ProjectDecision {
  const { status, generation, now, namespace } = observation;
  const former = status.conditions?.find((condition) => condition.type === "Ready");
  const ready = phase === "Ready" ? "True" : "False";
  const condition: Condition = {
    type: "Ready",
    status: ready,
    reason,
    message,
    lastTransitionTime: former?.status === ready ? former.lastTransitionTime : new Date(now).toISOString(),
    observedGeneration: generation,
  };
  // While the furniture is checked the last verdict stands.
  const conditions = action === "furnish" && former !== undefined ? [former] : [condition];
  const namespaceUid = namespace?.ours === true ? namespace.uid : undefined;
  return {
    status: {
      phase,
      message: message === "" ? undefined : message,
      namespaceUid,
      observedGeneration: generation,
      conditions,
    },
    action,
    wakeMilliseconds,
  };
}
