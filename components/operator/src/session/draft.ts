// A status under construction: the present one, step by step turned into the next one.
import type { SessionPhase } from "@pilothouse/contracts";
import type { Action, OperatorStatus } from "./decision.ts";
import type { AttemptFact, JobFact, Observation, PodFact } from "./observation.ts";

export interface Draft extends Omit<OperatorStatus, "conditions"> {
  phase: SessionPhase;
  attempt: number;
  /** Why it does not go on, in one CamelCase word: the reason of condition Ready. */
  holdReason?: string;
  actions: Action[];
  wakeAt: number | undefined;
}

export function draftOf(observation: Observation): Draft {
  const { status } = observation;
  return {
    phase: status.phase ?? "Pending",
    phaseTransitionTime: status.phaseTransitionTime,
    attempt: status.attempt ?? 0,
    jobName: status.jobName,
    podName: status.podName,
    startTime: status.startTime,
    completionTime: status.completionTime,
    stoppedReason: status.stoppedReason,
    message: status.message,
    retries: status.retries,
    nextRetryTime: status.nextRetryTime,
    finishedRunsAtStart: status.finishedRunsAtStart,
    dailyCost: status.dailyCost,
    handover: status.handover,
    children: observation.children === undefined ? undefined : [...observation.children],
    actions: [],
    wakeAt: undefined,
  };
}

/** Enters a phase, or stays in it: the time of entry changes only with the phase. */
export function enter(draft: Draft, observation: Observation, phase: SessionPhase, message: string | undefined): void {
  if (draft.phase !== phase || draft.phaseTransitionTime === undefined) {
    draft.phase = phase;
    draft.phaseTransitionTime = time(observation.now);
  }
  draft.message = message;
}

export function wake(draft: Draft, at: number | undefined): void {
  if (at !== undefined) draft.wakeAt = draft.wakeAt === undefined ? at : Math.min(draft.wakeAt, at);
}

export function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

export function milliseconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const parsed = Date.parse(text);
  return Number.isNaN(parsed) ? undefined : parsed;
}

/** It is the attempt itself, not the hand-over of what it left. */
export function isOfAttempt(fact: AttemptFact, attempt: number): boolean {
  return fact.attempt === attempt && fact.handover === undefined;
}

export function currentJob(observation: Observation, draft: Draft): JobFact | undefined {
  return observation.jobs.find((job) => isOfAttempt(job, draft.attempt));
}

/** The pod of the present attempt; a live one before one that has ended. */
export function currentPod(observation: Observation, draft: Draft): PodFact | undefined {
  const pods = observation.pods.filter((pod) => isOfAttempt(pod, draft.attempt));
  return pods.find((pod) => pod.live) ?? pods[0];
}
