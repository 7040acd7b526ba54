// decide(observation) → status, actions, events. Pure and total: no clock, no API, no randomness, no exception.
//
// The wish is `spec.desiredState`. A session rests (Stopped, Completed, Failed) only once the wish says Stopped:
// whatever ends an attempt, the operator first writes that end into the wish (`closeWish`), noting the attempt beside
// it in the same write. So a wish of Running on a resting session is always somebody's "start", never a left-over.
import type { StoppedReason } from "@pilothouse/contracts";
import { backoffDelay } from "@pilothouse/kubernetes";
import { admit } from "./admit.ts";
import { conditionsOf } from "./conditions.ts";
import type { Decision } from "./decision.ts";
import { currentJob, draftOf, enter, isOfAttempt, milliseconds, time, wake, type Draft } from "./draft.ts";
import { eventsOf } from "./events.ts";
import { dailyCostOn, nextUtcDay, utcDay } from "../spending/daily-cost.ts";
import { finishedRunsAtStart, runFinished } from "./finished-runs.ts";
import { handOver, isPresentTry, owesTranscript } from "./handover.ts";
import { finalPhaseOf, isFinal, occupiesSlot } from "./lifecycle.ts";
import type { AttemptFact, Observation, Policy } from "./observation.ts";
import { supervise, type Verdict } from "./supervise.ts";
import { teardown } from "./teardown.ts";

export function decide(observation: Observation, policy: Policy): Decision {
  const draft = draftOf(observation);
  if (observation.deletedAt === undefined) {
    if (!observation.hasFinalizer) draft.actions.push({ type: "addFinalizer" });
    advance(observation, policy, draft);
    if (!isFinal(draft.phase)) markDay(observation, draft);
  } else {
    remove(observation, policy, draft, observation.deletedAt);
  }
  const { actions, wakeAt, holdReason: _, ...status } = draft;
  const conditions = conditionsOf(observation, draft);
  return {
    status: { ...status, conditions, observedGeneration: observation.generation },
    actions,
    events: eventsOf(observation, draft),
    wakeAt,
  };
}

/** What it has cost before today must be known once it works today, for the project's limit of the day. */
function markDay(observation: Observation, draft: Draft): void {
  const { now, status, createdToday } = observation;
  draft.dailyCost = dailyCostOn(utcDay(now), status, createdToday);
  if (occupiesSlot(draft.phase)) wake(draft, nextUtcDay(now));
}

function advance(observation: Observation, policy: Policy, draft: Draft): void {
  const { spec, status } = observation;
  const wanted = spec.desiredState;
  switch (status.phase) {
    case undefined:
      if (wanted === "Running") begin(observation, policy, draft);
      else rest(observation, draft, "user");
      return;
    case "Stopped":
    case "Completed":
    case "Failed":
      if (wanted === "Running") begin(observation, policy, draft);
      else keepResting(observation, policy, draft);
      return;
    case "Stopping":
      stop(observation, policy, draft, status.stoppedReason ?? "user", status.message);
      return;
    case "Pending":
    case "Queued":
    case "Creating":
    case "Running":
      if (wanted === "Stopped") stop(observation, policy, draft, "user", undefined);
      else carryOn(observation, policy, draft);
      return;
  }
}

/** A fresh start with a new attempt; nothing of the former one's end is kept. */
function begin(observation: Observation, policy: Policy, draft: Draft): void {
  const highest = Math.max(draft.attempt, ...observation.jobs.map((job) => job.attempt));
  draft.attempt = highest + 1;
  draft.retries = undefined;
  draft.nextRetryTime = undefined;
  draft.stoppedReason = undefined;
  draft.completionTime = undefined;
  draft.startTime = undefined;
  draft.handover = undefined;
  draft.finishedRunsAtStart = finishedRunsAtStart(observation.status.agent);
  draft.jobName = undefined;
  draft.podName = undefined;
  enter(draft, observation, "Pending", undefined);
  draft.phaseTransitionTime = time(observation.now);
  follow(observation, policy, draft, admit(observation, policy, draft));
}

function carryOn(observation: Observation, policy: Policy, draft: Draft): void {
  // Whatever belongs to another attempt has no business any more.
  const strays = teardown(observation, policy, (fact) => isOfAttempt(fact, draft.attempt));
  draft.actions.push(...strays.actions);
  wake(draft, strays.wakeAt);
  const waiting = draft.phase === "Pending" || draft.phase === "Queued";
  const launched = currentJob(observation, draft) !== undefined;
  const verdict = waiting && !launched ? admit(observation, policy, draft) : supervise(observation, policy, draft);
  follow(observation, policy, draft, verdict);
}

function follow(observation: Observation, policy: Policy, draft: Draft, verdict: Verdict): void {
  switch (verdict.kind) {
    case "go-on":
      return;
    case "stop":
      stop(observation, policy, draft, verdict.reason, verdict.message);
      return;
    case "retry":
      retry(observation, policy, draft, verdict.message, verdict.blameless === true);
      return;
  }
}

/**
 * The attempt was lost through no fault of the runner: another one, later each time, up to a limit. A machine that is
 * switched off every evening must not use the limit up: an attempt that ended with its node does not count.
 */
function retry(observation: Observation, policy: Policy, draft: Draft, message: string, blameless: boolean): void {
  const end = runFinished(observation);
  if (end !== undefined) {
    stop(observation, policy, draft, end.reason, end.message);
    return;
  }
  const ready = observation.status.conditions?.find(
    (condition) => condition.type === "RunnerReady" && condition.status === "True",
  );
  const readyFor = ready === undefined ? 0 : observation.now - Date.parse(ready.lastTransitionTime);
  const before = readyFor >= policy.stableAfterMilliseconds ? 0 : (draft.retries ?? 0);
  const retries = blameless ? before : before + 1;
  if (retries > policy.retryLimit) {
    const attempts = `${retries} attempt${retries === 1 ? "" : "s"}`;
    stop(observation, policy, draft, "error", `gave up after ${attempts}: ${message}`);
    return;
  }
  const limits = {
    baseMilliseconds: policy.retryBaseMilliseconds,
    maximumMilliseconds: policy.retryMaximumMilliseconds,
  };
  const delay = blameless ? 0 : backoffDelay(retries, { ...limits, jitter: 0 });
  const failed = draft.attempt;
  draft.attempt = failed + 1;
  draft.retries = retries;
  draft.nextRetryTime = time(observation.now + delay);
  draft.jobName = undefined;
  draft.podName = undefined;
  draft.holdReason = "Retrying";
  enter(draft, observation, "Pending", `attempt ${failed} ended: ${message}`);
  wake(draft, observation.now + delay);
  const former = teardown(observation, policy, () => false);
  draft.actions.push(...former.actions);
  wake(draft, former.wakeAt);
}

/** On the way to rest; also how a session that is there already is kept there. */
function stop(
  observation: Observation,
  policy: Policy,
  draft: Draft,
  reason: StoppedReason,
  message: string | undefined,
): void {
  const { spec, closedAttempt } = observation;
  draft.stoppedReason = reason;
  draft.nextRetryTime = undefined;
  const end = teardown(observation, policy, () => false);
  draft.actions = [...draft.actions.filter((action) => action.type === "addFinalizer"), ...end.actions];
  draft.wakeAt = end.wakeAt;
  const unclosed = reason !== "user" && closedAttempt !== draft.attempt && spec.desiredState === "Running";
  if (unclosed) draft.actions.push({ type: "closeWish", attempt: draft.attempt });
  if (unclosed || end.alive !== undefined) {
    const waiting = end.alive === undefined ? "stopping" : `waiting for ${end.alive} to end`;
    enter(draft, observation, "Stopping", reason === "user" ? waiting : (message ?? waiting));
    return;
  }
  if (spec.desiredState === "Running") begin(observation, policy, draft);
  else rest(observation, draft, reason, reason === "user" ? undefined : message);
}

function rest(observation: Observation, draft: Draft, reason: StoppedReason, message?: string): void {
  draft.stoppedReason = reason;
  draft.completionTime = time(observation.now);
  draft.podName = undefined;
  enter(draft, observation, finalPhaseOf(reason), message);
}

function keepResting(observation: Observation, policy: Policy, draft: Draft): void {
  handOver(observation, policy, draft);
  // A hand-over that has told of its success ends by itself.
  const done = !owesTranscript(observation.status);
  const spares = (fact: AttemptFact): boolean => (done ? fact.handover !== undefined : isPresentTry(fact, draft));
  const strays = teardown(observation, policy, spares);
  draft.actions.push(...strays.actions);
  wake(draft, strays.wakeAt);
  const { ttlSecondsAfterFinished } = observation.spec;
  const completed = milliseconds(draft.completionTime);
  if (ttlSecondsAfterFinished === undefined || completed === undefined) return;
  const expiry = completed + ttlSecondsAfterFinished * 1000;
  if (observation.now >= expiry) draft.actions.push({ type: "deleteSession" });
  else wake(draft, expiry);
}

/** Deletion: end what runs, have the transcript removed, then let the object go. */
function remove(observation: Observation, policy: Policy, draft: Draft, deletedAt: number): void {
  const { now, hasFinalizer, transcript } = observation;
  if (!hasFinalizer) return;
  const end = teardown(observation, policy, () => false);
  draft.actions.push(...end.actions);
  wake(draft, end.wakeAt);
  if (end.alive !== undefined) {
    if (!isFinal(draft.phase)) draft.stoppedReason ??= "user";
    enter(draft, observation, "Stopping", `being deleted: waiting for ${end.alive} to end`);
    return;
  }
  if (transcript === undefined) {
    draft.actions.push({ type: "removeTranscript" });
  } else if (transcript.removed) {
    draft.actions.push({ type: "removeFinalizer" });
  } else if (now >= deletedAt + policy.transcriptDeadlineMilliseconds) {
    draft.message = `deleted without its transcript being removed: ${transcript.message}`;
    draft.actions.push({ type: "removeFinalizer" });
  } else {
    draft.message = `being deleted: ${transcript.message}`;
    draft.holdReason = "TranscriptNotRemoved";
    // Later each time: as long again as it has waited already, within limits.
    const patience = Math.min(300_000, Math.max(1000, now - deletedAt));
    wake(draft, Math.min(now + patience, deletedAt + policy.transcriptDeadlineMilliseconds));
  }
}
