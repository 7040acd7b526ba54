/** What a Job's status is to be and which of its pods are to be made or deleted: pure functions of the job and its pods. */
import type { Job, JobCondition, JobStatus, Pod, PodFailurePolicyRule, Stored } from "@pilothouse/kubernetes";

export interface JobPlan {
  readonly status: JobStatus;
  /** How many pods to create now. */
  readonly create: number;
  readonly remove: readonly Stored<Pod>[];
  /** Ask again after this many milliseconds. */
  readonly again: number | undefined;
  readonly events: readonly {
    readonly type: "Normal" | "Warning";
    readonly reason: string;
    readonly message: string;
  }[];
}

export interface JobObservation {
  readonly job: Stored<Job>;
  /** All pods that the job controls. */
  readonly pods: readonly Stored<Pod>[];
  readonly now: number;
}

const FIRST_BACKOFF = 10_000;
const LONGEST_BACKOFF = 600_000;

const time = (milliseconds: number) => `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;

export function isFinished(job: Job): boolean {
  return (job.status?.conditions ?? []).some(
    ({ type, status }) => status === "True" && (type === "Complete" || type === "Failed"),
  );
}

export function planJob({ job, pods, now }: JobObservation): JobPlan {
  const spec = job.spec ?? { template: { spec: { containers: [] } } };
  const { completions = 1, parallelism = 1 } = spec;
  const before = job.status ?? {};
  const counts = new Counts(job, pods);
  const { active, terminating, ready } = counts;
  // Pods that ended may have been deleted since: what was counted stays counted.
  const succeeded = Math.max(counts.succeeded, before.succeeded ?? 0);
  const failed = Math.max(counts.failed.length, before.failed ?? 0);
  const startTime = before.startTime ?? (spec.suspend === true ? undefined : time(now));
  const status: JobStatus = {
    ...before,
    startTime,
    active: active.length,
    ready,
    succeeded,
    failed,
    terminating: terminating.length,
  };
  const plan = { status, create: 0, remove: [] as Stored<Pod>[], again: undefined, events: [] } satisfies JobPlan;

  const failure = failureOf(job, counts, startTime, now);
  if (failure) {
    // What is stopped with the job has not succeeded: it counts as failed.
    const gone = {
      ...status,
      active: 0,
      ready: 0,
      failed: failed + active.length,
      terminating: active.length + terminating.length,
    };
    const events = [{ type: "Warning" as const, reason: failure.reason, message: failure.message }];
    // Pods that are still ending are waited for before the job is called failed, as Kubernetes does since 1.31.
    const target = withCondition(gone.conditions, condition("FailureTarget", failure.reason, failure.message, now));
    if (active.length > 0 || terminating.length > 0) {
      return {
        ...plan,
        status: { ...gone, conditions: target },
        remove: active,
        events: active.length > 0 ? events : [],
      };
    }
    const conditions = withCondition(target, condition("Failed", failure.reason, failure.message, now));
    return { ...plan, status: { ...gone, conditions }, events };
  }
  if (succeeded >= completions) {
    const message = "Reached expected number of succeeded pods";
    const target = withCondition(
      status.conditions,
      condition("SuccessCriteriaMet", "CompletionsReached", message, now),
    );
    if (active.length > 0 || terminating.length > 0)
      return { ...plan, status: { ...status, conditions: target }, remove: active };
    const conditions = withCondition(target, condition("Complete", "CompletionsReached", message, now));
    return {
      ...plan,
      status: { ...status, conditions, completionTime: time(now) },
      events: [{ type: "Normal", reason: "Completed", message: "Job completed" }],
    };
  }
  if (spec.suspend === true) {
    const suspended = before.conditions?.some(({ type, status: is }) => type === "Suspended" && is === "True");
    const conditions = withCondition(status.conditions, condition("Suspended", "JobSuspended", "Job suspended", now));
    return {
      ...plan,
      status: { ...status, startTime: undefined, active: 0, ready: 0, conditions },
      remove: active,
      events: suspended ? [] : [{ type: "Normal", reason: "Suspended", message: "Job suspended" }],
    };
  }
  const resumed = before.conditions?.some(({ type, status: is }) => type === "Suspended" && is === "True");
  if (resumed) {
    const change = { ...condition("Suspended", "JobResumed", "Job resumed", now), status: "False" as const };
    status.conditions = withCondition(status.conditions, change);
  }
  const events: JobPlan["events"] = resumed ? [{ type: "Normal", reason: "Resumed", message: "Job resumed" }] : [];
  const resumedStart = resumed ? time(now) : startTime;
  const rest = { ...plan, status: { ...status, startTime: resumedStart }, events };
  const replaced = spec.podReplacementPolicy === "Failed" ? terminating.length : 0;
  const wanted = Math.min(parallelism, completions - succeeded);
  const missing = Math.max(wanted - active.length - replaced, 0);
  if (active.length > wanted)
    return { ...rest, remove: active.slice(wanted), again: deadlineIn(job, resumedStart, now) };
  const wait = missing > 0 ? backoffRemaining(counts.failed, now) : 0;
  const again = earliest(deadlineIn(job, resumedStart, now), wait > 0 ? wait : undefined);
  return { ...rest, create: wait > 0 ? 0 : missing, again };
}

class Counts {
  readonly active: Stored<Pod>[] = [];
  readonly terminating: Stored<Pod>[] = [];
  readonly failed: Stored<Pod>[] = [];
  /** Failures that the policy does not ignore. */
  readonly counted: Stored<Pod>[] = [];
  succeeded = 0;
  ready = 0;
  /** The first failure for which the policy ends the job. */
  failing: { readonly pod: Stored<Pod>; readonly message: string } | undefined;

  constructor(job: Stored<Job>, pods: readonly Stored<Pod>[]) {
    const rules = job.spec?.podFailurePolicy?.rules ?? [];
    for (const pod of pods) {
      const phase = pod.status?.phase;
      if (phase === "Succeeded") this.succeeded += 1;
      else if (phase === "Failed") this.#addFailed(pod, rules);
      else if (pod.metadata.deletionTimestamp !== undefined) this.terminating.push(pod);
      else {
        this.active.push(pod);
        if (pod.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True")) this.ready += 1;
      }
    }
  }

  #addFailed(pod: Stored<Pod>, rules: readonly PodFailurePolicyRule[]): void {
    const verdict = matchFailure(pod, rules);
    if (verdict?.action === "Ignore") return;
    this.failed.push(pod);
    if (verdict?.action === "FailJob" || verdict?.action === "FailIndex")
      this.failing ??= { pod, message: verdict.message };
    else this.counted.push(pod);
  }
}

function matchFailure(
  pod: Stored<Pod>,
  rules: readonly PodFailurePolicyRule[],
): { action: PodFailurePolicyRule["action"]; message: string } | undefined {
  const { namespace, name } = pod.metadata;
  for (const [index, { action, onExitCodes, onPodConditions }] of rules.entries()) {
    if (onExitCodes) {
      const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
      for (const status of statuses) {
        const exitCode = status.state?.terminated?.exitCode;
        if (exitCode === undefined || exitCode === 0) continue;
        if (onExitCodes.containerName !== undefined && onExitCodes.containerName !== status.name) continue;
        if (onExitCodes.values.includes(exitCode) !== (onExitCodes.operator === "In")) continue;
        const message = `Container ${status.name} for pod ${namespace}/${name} failed with exit code ${exitCode} matching ${action} rule at index ${index}`;
        return { action, message };
      }
    }
    for (const wanted of onPodConditions ?? []) {
      const found = pod.status?.conditions?.some(
        ({ type, status }) => type === wanted.type && status === (wanted.status ?? "True"),
      );
      if (found)
        return {
          action,
          message: `Pod ${namespace}/${name} has condition ${wanted.type} matching ${action} rule at index ${index}`,
        };
    }
  }
  return undefined;
}

function failureOf(
  job: Stored<Job>,
  counts: Counts,
  startTime: string | undefined,
  now: number,
): { reason: string; message: string } | undefined {
  const {
    backoffLimit = 6,
    activeDeadlineSeconds,
    suspend,
    template,
  } = job.spec ?? { template: { spec: { containers: [] } } };
  const target = job.status?.conditions?.find(({ type, status }) => type === "FailureTarget" && status === "True");
  if (target) return { reason: target.reason ?? "", message: target.message ?? "" };
  if (counts.failing) return { reason: "PodFailurePolicy", message: counts.failing.message };
  // With OnFailure the pod stays and its containers' restarts are what is counted.
  const restarts =
    template.spec.restartPolicy === "OnFailure" ? counts.active.reduce((sum, pod) => sum + restartsOf(pod), 0) : 0;
  const forgotten = Math.max((job.status?.failed ?? 0) - counts.failed.length, 0);
  const exceeded = counts.counted.length + forgotten > backoffLimit || (restarts > 0 && restarts >= backoffLimit);
  if (exceeded) return { reason: "BackoffLimitExceeded", message: "Job has reached the specified backoff limit" };
  const expired =
    activeDeadlineSeconds !== undefined &&
    suspend !== true &&
    startTime !== undefined &&
    now - Date.parse(startTime) >= activeDeadlineSeconds * 1000;
  return expired ? { reason: "DeadlineExceeded", message: "Job was active longer than specified deadline" } : undefined;
}

function restartsOf(pod: Pod): number {
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  return statuses.reduce((sum, { restartCount }) => sum + restartCount, 0);
}

/** 10 s after the first failure, doubling to ten minutes, from the end of the latest one. */
function backoffRemaining(failed: readonly Stored<Pod>[], now: number): number {
  if (failed.length === 0) return 0;
  const latest = Math.max(...failed.map(finishedAt));
  const delay = Math.min(FIRST_BACKOFF * 2 ** (failed.length - 1), LONGEST_BACKOFF);
  return Math.max(latest + delay - now, 0);
}

export function finishedAt(pod: Stored<Pod>): number {
  const times = (pod.status?.containerStatuses ?? []).map(({ state }) =>
    Date.parse(state?.terminated?.finishedAt ?? ""),
  );
  const known = times.filter((each) => !Number.isNaN(each));
  return known.length > 0 ? Math.max(...known) : Date.parse(pod.metadata.creationTimestamp ?? "") || 0;
}

function deadlineIn(job: Job, startTime: string | undefined, now: number): number | undefined {
  const seconds = job.spec?.activeDeadlineSeconds;
  return seconds === undefined || startTime === undefined
    ? undefined
    : Math.max(Date.parse(startTime) + seconds * 1000 - now, 0);
}

function earliest(left: number | undefined, right: number | undefined): number | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return Math.min(left, right);
}

function condition(type: JobCondition["type"], reason: string, message: string, now: number): JobCondition {
  return { type, status: "True", reason, message, lastProbeTime: time(now), lastTransitionTime: time(now) };
}

function withCondition(conditions: readonly JobCondition[] = [], added: JobCondition): JobCondition[] {
  const known = conditions.find(({ type }) => type === added.type);
  if (known?.status === added.status) return [...conditions];
  return [...conditions.filter(({ type }) => type !== added.type), added];
}
