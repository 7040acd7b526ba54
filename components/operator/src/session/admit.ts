// A session that wants to run and has no Job yet: one check after the other, and the first that fails says why it waits.
import { sessionJobName } from "@pilothouse/contracts";
import { missingKeysMessage } from "./conditions.ts";
import { enter, isOfAttempt, milliseconds, time, wake, type Draft } from "./draft.ts";
import type { Observation, Policy } from "./observation.ts";
import { fail, GO_ON, queueForQuota, type Verdict } from "./supervise.ts";
import { nextUtcDay } from "../spending/daily-cost.ts";
import { dayIsSpent } from "./stop-causes.ts";
import { teardown } from "./teardown.ts";

export function admit(observation: Observation, policy: Policy, draft: Draft): Verdict {
  const { now, queue, runtime, preparation } = observation;
  draft.queuePosition = undefined;

  const former = teardown(observation, policy, (fact) => isOfAttempt(fact, draft.attempt));
  if (former.alive !== undefined) {
    for (const action of former.actions)
      if (!draft.actions.some((known) => sameAction(known, action))) draft.actions.push(action);
    wake(draft, former.wakeAt);
    hold(observation, draft, "FormerPodAlive", `waiting for ${former.alive} of the former attempt to end`);
    return GO_ON;
  }
  if (!runtime.known) return fail(runtime.message);
  if (!observation.managedNamespace) {
    return holdUntilDeadline(observation, policy, draft, "NotAProject", "this namespace is not a Pilothouse project");
  }
  const retryAt = milliseconds(draft.nextRetryTime);
  if (retryAt !== undefined && now < retryAt) {
    hold(observation, draft, "Retrying", draft.message ?? "waiting for the next attempt");
    wake(draft, retryAt);
    return GO_ON;
  }
  if (runtime.missingKeys.length > 0) {
    return holdUntilDeadline(observation, policy, draft, "KeysMissing", missingKeysMessage(runtime.missingKeys));
  }
  const spent = dayIsSpent(observation);
  if (spent !== undefined) {
    draft.holdReason = "DailyBudgetSpent";
    enter(draft, observation, "Queued", spent.message);
    wake(draft, nextUtcDay(now));
    return GO_ON;
  }
  if (queue.position > 0) {
    draft.queuePosition = queue.position;
    draft.holdReason = "NoFreePlace";
    enter(
      draft,
      observation,
      "Queued",
      `the project runs at most ${queue.limit} sessions: place ${queue.position} in the queue`,
    );
    return GO_ON;
  }
  if (preparation === undefined) {
    draft.actions.push({ type: "prepare", attempt: draft.attempt, again: false });
    return GO_ON;
  }
  if (preparation.state === "blocked") {
    switch (preparation.reason) {
      case "Rejected":
        return fail(preparation.message);
      case "QuotaExceeded":
        queueForQuota(observation, draft, preparation.message);
        return GO_ON;
      case "FormerPodAlive":
      case "WorkspaceTerminating":
      case "WorkspaceLost":
      case "BackendUnavailable":
        hold(observation, draft, preparation.reason, preparation.message);
        wake(draft, now + 1000);
        return GO_ON;
      case "ForeignObject":
        wake(draft, now + 5000);
        return holdUntilDeadline(observation, policy, draft, preparation.reason, preparation.message);
    }
  }
  draft.jobName = sessionJobName(observation.name, draft.attempt);
  draft.startTime ??= time(now);
  draft.nextRetryTime = undefined;
  enter(draft, observation, "Creating", "creating the Job");
  draft.actions.push({ type: "createJob", attempt: draft.attempt });
  wake(draft, now + policy.startupDeadlineMilliseconds);
  return GO_ON;
}

function hold(observation: Observation, draft: Draft, reason: string, message: string): void {
  draft.holdReason = reason;
  enter(draft, observation, "Pending", message);
}

function holdUntilDeadline(
  observation: Observation,
  policy: Policy,
  draft: Draft,
  reason: string,
  message: string,
): Verdict {
  hold(observation, draft, reason, message);
  const since = Math.max(milliseconds(draft.phaseTransitionTime) ?? 0, milliseconds(draft.nextRetryTime) ?? 0);
  const deadline = since + policy.startupDeadlineMilliseconds;
  if (observation.now >= deadline) {
    return fail(`not started within ${Math.round(policy.startupDeadlineMilliseconds / 1000)} s: ${message}`);
  }
  wake(draft, deadline);
  return GO_ON;
}

function sameAction(left: Draft["actions"][number], right: Draft["actions"][number]): boolean {
  return left.type === right.type && "uid" in left && "uid" in right && left.uid === right.uid;
}
