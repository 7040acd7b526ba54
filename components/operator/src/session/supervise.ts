// An attempt whose Job exists or is about to: is it coming up, at work, or over?
import type { StoppedReason } from "@pilothouse/contracts";
import { conditionOf } from "./conditions.ts";
import { currentJob, currentPod, enter, milliseconds, wake, type Draft } from "./draft.ts";
import type { JobFact, Observation, PodFact, Policy } from "./observation.ts";
import { outcomeOf } from "./outcome.ts";
import { stopCause } from "./stop-causes.ts";

export type Verdict =
  | { readonly kind: "go-on" }
  | { readonly kind: "stop"; readonly reason: Exclude<StoppedReason, "user">; readonly message: string }
  /** Another attempt; `blameless` = the lost one does not count towards the limit. */
  | { readonly kind: "retry"; readonly message: string; readonly blameless?: boolean };

export const GO_ON: Verdict = { kind: "go-on" };
export const fail = (message: string): Verdict => ({ kind: "stop", reason: "error", message });

/** Waiting reasons of a kubelet that no patience will cure. */
const HOPELESS = new Set(["InvalidImageName", "ErrImageNeverPull"]);
const TROUBLE_PROBE_MILLISECONDS = 5000;
/** A quota gives no sign when it has room again. */
const QUOTA_PROBE_MILLISECONDS = 10_000;

export function supervise(observation: Observation, policy: Policy, draft: Draft): Verdict {
  const job = currentJob(observation, draft);
  const pod = currentPod(observation, draft);
  draft.podName = pod?.name;

  const outcome = outcomeOf(job, pod, observation.now);
  switch (outcome?.kind) {
    case "completed":
      return { kind: "stop", reason: "run-finished", message: outcome.message };
    case "failed":
      return fail(outcome.message);
    case "timeout":
      return { kind: "stop", reason: "timeout", message: outcome.message };
    case "infrastructure":
      return { kind: "retry", message: outcome.message, blameless: outcome.nodeShutDown === true };
    case undefined:
      break;
  }
  if (job === undefined || (job.deleting && pod === undefined)) return withoutJob(observation, policy, draft, job);
  if (pod?.live === true && pod.deletionDeadline !== undefined) return leaving(observation, policy, draft, pod);
  if (pod?.ready === true) return atWork(observation, policy, draft, job, pod);
  if (draft.phase === "Running") {
    enter(
      draft,
      observation,
      "Running",
      pod === undefined ? "the pod is gone: waiting for its Job" : "the runner does not answer its readiness probe",
    );
    return GO_ON;
  }
  return comingUp(observation, policy, draft, pod);
}

function withoutJob(observation: Observation, policy: Policy, draft: Draft, job: JobFact | undefined): Verdict {
  const { preparation, status } = observation;
  const existed = status.attempt === draft.attempt && conditionOf(status, "JobCreated")?.status === "True";
  if (existed || job?.deleting === true) return { kind: "retry", message: "its Job was deleted" };
  // The answer to a creation can be lost, and the Job deleted since: its pod may live although we know of no Job.
  if (currentPod(observation, draft) !== undefined) return { kind: "retry", message: "its Job was deleted" };
  if (preparation === undefined) {
    draft.actions.push({ type: "prepare", attempt: draft.attempt, again: true });
    return startingUntilDeadline(observation, policy, draft, "creating the Job");
  }
  if (preparation.state === "done") {
    draft.actions.push({ type: "createJob", attempt: draft.attempt });
    return startingUntilDeadline(observation, policy, draft, "creating the Job");
  }
  switch (preparation.reason) {
    case "QuotaExceeded":
      queueForQuota(observation, draft, preparation.message);
      return GO_ON;
    case "Rejected":
      return fail(preparation.message);
    case "FormerPodAlive":
      return { kind: "retry", message: "its Job was deleted" };
    case "ForeignObject":
    case "WorkspaceTerminating":
    case "WorkspaceLost":
    case "BackendUnavailable":
      draft.holdReason = preparation.reason;
      wake(draft, observation.now + 1000);
      return startingUntilDeadline(observation, policy, draft, preparation.message);
  }
}

/** Somebody else deleted the pod: its end decides; a node that never reports it must not hold us. */
function leaving(observation: Observation, policy: Policy, draft: Draft, pod: PodFact): Verdict {
  const patience = (pod.deletionDeadline ?? observation.now) + policy.forceDeleteAfterMilliseconds;
  if (observation.now >= patience) draft.actions.push({ type: "deletePod", name: pod.name, uid: pod.uid, force: true });
  wake(draft, Math.max(patience, observation.now + 1000));
  enter(draft, observation, draft.phase, `pod ${pod.name} is being deleted`);
  return GO_ON;
}

function atWork(observation: Observation, policy: Policy, draft: Draft, job: JobFact, pod: PodFact): Verdict {
  enter(draft, observation, "Running", undefined);
  draft.nextRetryTime = undefined;
  const port = observation.runtime.known ? observation.runtime.port : undefined;
  if (pod.ip !== undefined && port !== undefined) {
    const host = pod.ip.includes(":") ? `[${pod.ip}]` : pod.ip;
    draft.endpoint = `http://${host}:${port}`;
  }
  const { cause, wakeAt } = stopCause(observation, policy);
  wake(draft, wakeAt);
  // Normally the Job controller enforces the timeout; this is the second line.
  if (job.deadline !== undefined) wake(draft, job.deadline + 2100);
  return cause === undefined ? GO_ON : { kind: "stop", reason: cause.reason, message: cause.message };
}

function comingUp(observation: Observation, policy: Policy, draft: Draft, pod: PodFact | undefined): Verdict {
  const { trouble } = observation;
  if (pod === undefined && trouble !== undefined && /quota/i.test(trouble.message)) {
    queueForQuota(observation, draft, trouble.message);
    return GO_ON;
  }
  if (pod?.waiting !== undefined && HOPELESS.has(pod.waiting.reason)) {
    return fail(`container ${pod.waiting.container} cannot start: ${pod.waiting.reason}: ${pod.waiting.message}`);
  }
  // Events are looked up only for an attempt that does not get on, the longer it lasts the more rarely.
  const since = milliseconds(draft.phaseTransitionTime) ?? observation.now;
  wake(draft, observation.now + Math.max(TROUBLE_PROBE_MILLISECONDS, (observation.now - since) / 2));
  return startingUntilDeadline(observation, policy, draft, startingMessage(pod, trouble));
}

function startingUntilDeadline(observation: Observation, policy: Policy, draft: Draft, message: string): Verdict {
  enter(draft, observation, "Creating", message);
  const deadline = (milliseconds(draft.phaseTransitionTime) ?? observation.now) + policy.startupDeadlineMilliseconds;
  if (observation.now >= deadline) {
    const seconds = Math.round(policy.startupDeadlineMilliseconds / 1000);
    return fail(`not ready within ${seconds} s: ${message}`);
  }
  wake(draft, deadline);
  return GO_ON;
}

/** The scheduler's or the kubelet's own words. */
function startingMessage(pod: PodFact | undefined, trouble: Observation["trouble"]): string {
  if (pod === undefined) return trouble === undefined ? "waiting for the pod" : `${trouble.reason}: ${trouble.message}`;
  if (pod.scheduled?.done === false) return `${pod.scheduled.reason}: ${pod.scheduled.message}`;
  if (pod.waiting !== undefined) {
    const { container, reason, message } = pod.waiting;
    const words = message === "" && trouble !== undefined ? `${trouble.reason}: ${trouble.message}` : message;
    return `container ${container}: ${reason}${words === "" ? "" : `: ${words}`}`;
  }
  return "the runner is starting";
}

export function queueForQuota(observation: Observation, draft: Draft, message: string): void {
  draft.holdReason = "QuotaExceeded";
  enter(draft, observation, "Queued", message);
  wake(draft, observation.now + QUOTA_PROBE_MILLISECONDS);
}
