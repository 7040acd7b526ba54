// Which runs count as the work of an attempt: those that end after its start.
import type { AgenticSessionStatus } from "@pilothouse/contracts";

/**
 * How many finished runs a new attempt begins with, for `stopOnRunFinished`.
 * A run that its runner's death cut off is ended by the next attempt's runner. After an infrastructure failure that end
 * is the answer that the session was started for, so it counts. After a person's start it is an old story: the session
 * was started to go on, not to be told at once that the former run had failed.
 */
export function finishedRunsAtStart(status: AgenticSessionStatus | undefined): number {
  const finished = status?.agent?.finishedRuns ?? 0;
  const startedByPerson = status?.retries === undefined;
  return startedByPerson && status?.agent?.status === "working" ? finished + 1 : finished;
}
