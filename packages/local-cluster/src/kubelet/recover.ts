/**
 * What becomes of a pod that was on this node before the node began anew: its processes are gone, and it is handled as Kubernetes
 * handles a pod after its node's reboot. A pure function of the status that the former kubelet left.
 */
import type { ContainerStateTerminated, Pod, Stored } from "@pilothouse/kubernetes";
import {
  type ContainerRecord,
  containerRecords,
  FIRST_BACKOFF_SECONDS,
  type Termination,
} from "./pod/container-record.ts";

export type Recovery =
  /** Nothing of it had run: begin as with any pod. */
  | { readonly type: "fresh" }
  /** It is over; its status says so already. */
  | { readonly type: "over"; readonly records: readonly ContainerRecord[]; readonly outcome: "Succeeded" | "Failed" }
  /** Its containers had all ended by themselves; only the last word was missing. */
  | {
      readonly type: "conclude";
      readonly records: readonly ContainerRecord[];
      readonly outcome: "Succeeded" | "Failed";
    }
  /** Containers were lost that may not be started again. */
  | { readonly type: "lost"; readonly records: readonly ContainerRecord[] }
  | { readonly type: "restart"; readonly records: readonly ContainerRecord[] };

/** The kubelet's own words for a container of which it does not know the end. */
const UNKNOWN = {
  exitCode: 137,
  reason: "ContainerStatusUnknown",
  message: "The node was restarted while the container was running",
};

export function recover(pod: Stored<Pod>, now: number): Recovery {
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const records = containerRecords(pod);
  const lost = new Set<ContainerRecord>();
  let ran = false;
  for (const record of records) {
    const status = statuses.find(({ name }) => name === record.spec.name);
    if (!status) continue;
    record.restartCount = status.restartCount;
    record.last = status.lastState?.terminated && asTermination(status.lastState.terminated);
    if (status.state?.running) {
      lost.add(record);
      const startedAt = Date.parse(status.state.running.startedAt ?? "") || now;
      record.phase = {
        type: "terminated",
        ...UNKNOWN,
        startedAt,
        finishedAt: now,
        containerID: status.containerID ?? "",
      };
    } else if (status.state?.terminated) {
      record.phase = { type: "terminated", ...asTermination(status.state.terminated) };
    }
    ran ||= record.phase.type === "terminated" || record.last !== undefined;
  }
  const phase = pod.status?.phase;
  if (phase === "Succeeded" || phase === "Failed") return { type: "over", records, outcome: phase };
  if (!ran) return { type: "fresh" };

  const policy = pod.spec?.restartPolicy ?? "Always";
  const main = records.filter(({ kind }) => kind === "main");
  const exits = main.map((record) =>
    record.phase.type === "terminated" && !lost.has(record) ? record.phase.exitCode : undefined,
  );
  const ended = exits.every((exitCode) => exitCode === 0 || (exitCode !== undefined && policy === "Never"));
  if (ended && policy !== "Always") {
    return { type: "conclude", records, outcome: exits.every((exitCode) => exitCode === 0) ? "Succeeded" : "Failed" };
  }
  if (policy === "Never") return { type: "lost", records };
  return { type: "restart", records: records.map((record) => forRestart(record, policy)) };
}

/** Init containers run again, as in any new sandbox; a main container that had done its work stays done. */
function forRestart(record: ContainerRecord, policy: "Always" | "OnFailure"): ContainerRecord {
  const { phase, kind } = record;
  if (phase.type !== "terminated") return record;
  if (kind === "main" && policy === "OnFailure" && phase.exitCode === 0) return record;
  return {
    ...record,
    last: phase,
    restartCount: record.restartCount + 1,
    backoffSeconds: phase.reason === UNKNOWN.reason ? 0 : FIRST_BACKOFF_SECONDS,
    phase: { type: "waiting", reason: kind === "main" ? "PodInitializing" : "ContainerCreating" },
  };
}

function asTermination(state: ContainerStateTerminated): Termination {
  const {
    exitCode,
    reason = exitCode === 0 ? "Completed" : "Error",
    message,
    startedAt = "",
    finishedAt = "",
    containerID = "",
  } = state;
  return {
    exitCode,
    reason,
    message,
    startedAt: Date.parse(startedAt) || 0,
    finishedAt: Date.parse(finishedAt) || 0,
    containerID,
  };
}
