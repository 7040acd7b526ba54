// When the work that a session was started for is over: `stopOnRunFinished`.
import type { AgentDigest, StoppedReason } from "@pilothouse/contracts";
import type { Observation } from "./observation.ts";

export interface RunEnd {
  readonly reason: Extract<StoppedReason, "run-finished" | "error">;
  readonly message: string;
}

/**
 * How many finished runs a session begins with that a person starts. A run that the former stop cut off is ended by the
 * next attempt's runner, and is an old story by then: the session was started to go on, not to be told of it.
 */
export function finishedRunsAtStart(agent: AgentDigest | undefined): number {
  if (agent === undefined) return 0;
  return agent.status === "working" ? agent.finishedRuns + 1 : agent.finishedRuns;
}

/** The end of the work that the present start was for, over all of its attempts; undefined while it goes on. */
export function runFinished({ spec, status }: Observation): RunEnd | undefined {
  const { agent } = status;
  if (!spec.stopOnRunFinished || agent?.status !== "idle") return undefined;
  if (agent.finishedRuns <= (status.finishedRunsAtStart ?? 0)) return undefined;
  if (agent.lastRunOutcome === "error" || agent.result?.isError === true) {
    return { reason: "error", message: agent.result?.text.slice(0, 1024) ?? "the run ended with an error" };
  }
  if (agent.lastRunOutcome === "success") return { reason: "run-finished", message: "the run has finished" };
  return agent.lastRunOutcome === "cancelled" && endedBeforeThisAttempt(status) ? CUT_OFF : undefined;
}

/** A person who cancels a run has other plans for the session; a pod that is taken away cancels it as well. */
function endedBeforeThisAttempt({ agent, conditions }: Observation["status"]): boolean {
  const ready = conditions?.find((condition) => condition.type === "RunnerReady" && condition.status === "True");
  if (ready === undefined || agent?.lastActivityTime === undefined) return false;
  return Date.parse(agent.lastActivityTime) < Date.parse(ready.lastTransitionTime);
}

const CUT_OFF: RunEnd = {
  reason: "error",
  message: "the run was cut off with its pod: start the session again and send a message to go on",
};
