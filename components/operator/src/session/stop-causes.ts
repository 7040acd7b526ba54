// Why a running session should stop although nobody has asked for it.
import type { AgenticSessionStatus, StoppedReason } from "@pilothouse/contracts";
import { utcDay } from "../spending/daily-cost.ts";
import { runFinished } from "./finished-runs.ts";
import type { Observation, Policy } from "./observation.ts";

export interface StopCause {
  readonly reason: Exclude<StoppedReason, "user">;
  readonly message: string;
}

/** The first cause that holds, or the time at which inactivity would become one. */
export function stopCause(
  observation: Observation,
  policy: Policy,
): { readonly cause: StopCause | undefined; readonly wakeAt: number | undefined } {
  const { now, status } = observation;
  const cause = budgetExceeded(status) ?? dayIsSpent(observation) ?? runFinished(observation);
  if (cause !== undefined) return { cause, wakeAt: undefined };
  const limit = inactivityLimitSeconds(observation, policy);
  if (limit === 0) return { cause: undefined, wakeAt: undefined };
  const deadline = lastActivity(status) + limit * 1000;
  if (now < deadline) return { cause: undefined, wakeAt: deadline };
  const message = `stopped after ${limit} s without activity; start it again to go on`;
  return { cause: { reason: "inactivity", message }, wakeAt: undefined };
}

/** Session, then project, then installation; 0 = never. */
function inactivityLimitSeconds(observation: Observation, policy: Policy): number {
  const { spec, project } = observation;
  return spec.inactivityTimeout ?? project.inactivityTimeoutSeconds ?? policy.inactivityTimeoutSeconds;
}

function lastActivity(status: AgenticSessionStatus): number {
  const ready = status.conditions?.find((condition) => condition.type === "RunnerReady" && condition.status === "True");
  // The digest may be of a former attempt: a start counts as activity.
  const times = [status.agent?.lastActivityTime, ready?.lastTransitionTime, status.phaseTransitionTime];
  return Math.max(...times.map((time) => (time === undefined ? 0 : Date.parse(time))));
}

function budgetExceeded(status: AgenticSessionStatus): StopCause | undefined {
  const message = status.agent?.budgetExceeded;
  return message === undefined || message === "" ? undefined : { reason: "budget", message };
}

/** The project's money of the day is spent. The sum is not named: a message that changes with it would cost a write each time. */
export function dayIsSpent({ now, project }: Observation): StopCause | undefined {
  const { dailyCost } = project;
  if (dailyCost === undefined || dailyCost.spent < dailyCost.limit) return undefined;
  const message =
    `the project's sessions have cost the ${dailyCost.limit} USD that they may on ${utcDay(now)} (UTC): ` +
    "they can go on at 00:00 UTC, or when an admin raises the limit of the day";
  return { reason: "budget", message };
}
