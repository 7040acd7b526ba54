// Jobs and pods boiled down to what decisions need. Never throws on missing fields: they are other programs' writing.
import { LABELS } from "@pilothouse/contracts";
import type { ContainerStatus, Job, Pod, Stored } from "@pilothouse/kubernetes";
import { RUNNER_CONTAINER } from "./names.ts";
import type { EndFact, JobFact, PodFact } from "./observation.ts";

export function jobFactOf(job: Stored<Job>): JobFact {
  const { name, uid, labels, deletionTimestamp, creationTimestamp } = job.metadata;
  const limit = job.spec?.activeDeadlineSeconds;
  const start = Date.parse(job.status?.startTime ?? creationTimestamp ?? "");
  return {
    name,
    uid,
    attempt: wholeNumber(labels?.[LABELS.attempt]),
    handover: handoverOf(labels),
    finished: finishedOf(job),
    deleting: deletionTimestamp !== undefined,
    deadline: limit === undefined || Number.isNaN(start) ? undefined : start + limit * 1000,
  };
}

function finishedOf(job: Stored<Job>): JobFact["finished"] {
  const holding = (job.status?.conditions ?? []).filter((condition) => condition.status === "True");
  // FailureTarget: the Job controller has given the Job up and is still ending its pods.
  const failed =
    holding.find((condition) => condition.type === "Failed") ??
    holding.find((condition) => condition.type === "FailureTarget");
  if (failed !== undefined)
    return { result: "failed", reason: failed.reason ?? "Failed", message: failed.message ?? "" };
  const complete = holding.find((condition) => condition.type === "Complete");
  return complete === undefined
    ? undefined
    : { result: "complete", reason: complete.reason ?? "Complete", message: complete.message ?? "" };
}

export function podFactOf(pod: Stored<Pod>): PodFact {
  const { name, uid, labels, deletionTimestamp } = pod.metadata;
  const status = pod.status ?? {};
  const live = status.phase !== "Succeeded" && status.phase !== "Failed";
  const conditions = status.conditions ?? [];
  const scheduled = conditions.find((condition) => condition.type === "PodScheduled");
  const ready = conditions.some((condition) => condition.type === "Ready" && condition.status === "True");
  const deletion = Date.parse(deletionTimestamp ?? "");
  return {
    name,
    uid,
    attempt: wholeNumber(labels?.[LABELS.attempt]),
    handover: handoverOf(labels),
    live,
    deletionDeadline: Number.isNaN(deletion) ? undefined : deletion,
    scheduled:
      scheduled === undefined
        ? undefined
        : {
            done: scheduled.status === "True",
            reason: scheduled.reason ?? "Unschedulable",
            message: scheduled.message ?? "",
          },
    ready: ready && live && deletionTimestamp === undefined,
    ip: status.podIP === "" ? undefined : status.podIP,
    waiting: waitingOf([...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]),
    ended: endOf(pod, live),
  };
}

/** What a container says while all is well and it simply is not its turn yet. */
const ORDINARY_WAITING = new Set(["PodInitializing", "ContainerCreating"]);

function waitingOf(statuses: readonly ContainerStatus[]): PodFact["waiting"] {
  const waiting = statuses.filter((status) => status.state?.waiting !== undefined);
  const telling = waiting.find((status) => !ORDINARY_WAITING.has(status.state?.waiting?.reason ?? "")) ?? waiting[0];
  if (telling === undefined) return undefined;
  const { reason, message } = telling.state?.waiting ?? {};
  return { container: telling.name, reason: reason ?? "Waiting", message: message ?? "" };
}

function endOf(pod: Stored<Pod>, live: boolean): EndFact | undefined {
  const status = pod.status ?? {};
  const runner = status.containerStatuses?.find((container) => container.name === RUNNER_CONTAINER);
  const terminated = runner?.state?.terminated;
  if (terminated === undefined && live) return undefined;
  // The node or the scheduler ended the pod as a whole: that says more than the exit code that followed from it.
  const disruption = status.conditions?.find(
    (condition) => condition.type === "DisruptionTarget" && condition.status === "True",
  );
  const podReason = status.reason === undefined || status.reason === "" ? undefined : status.reason;
  if (!live && podReason !== undefined) {
    return { exitCode: terminated?.exitCode, reason: podReason, message: status.message };
  }
  if (disruption !== undefined) {
    return { exitCode: terminated?.exitCode, reason: "Terminated", message: disruption.message ?? disruption.reason };
  }
  if (terminated !== undefined) {
    return { exitCode: terminated.exitCode, reason: terminated.reason, message: terminated.message };
  }
  return { exitCode: undefined, reason: "PodFailed", message: status.message };
}

function handoverOf(labels: Readonly<Record<string, string>> | undefined): number | undefined {
  const label = labels?.[LABELS.handover];
  return label === undefined ? undefined : wholeNumber(label);
}

function wholeNumber(text: string | undefined): number {
  const number = Number(text);
  return text !== undefined && Number.isSafeInteger(number) && number >= 0 ? number : 0;
}
