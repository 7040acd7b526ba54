// A session at rest whose runner ended before the transcript store had everything (killed, or cut off from the backend):
// what it left on the volume is handed over by a Job of its own, tried again for as long as the session is there.
//
// Whether that is so is a fact that runners record: `status.transcript` names the attempt that opened the event log, before
// it writes the first event, and says `complete` once the store has all of it. An attempt that never got that far owes nothing.
import { backoffDelay } from "@pilothouse/kubernetes";
import type { AgenticSessionStatus } from "@pilothouse/contracts";
import { milliseconds, time, wake, type Draft } from "./draft.ts";
import type { AttemptFact, Observation, PodFact, Policy, Preparation } from "./observation.ts";

type Handover = NonNullable<AgenticSessionStatus["handover"]>;

/** A pod that waits for its former to end, or a Job that has just gone, is looked at again so soon. */
const SOON_MILLISECONDS = 1000;
/** The Job controller ends a hand-over that lasts too long; if it does not, we do. */
const DEADLINE_TOLERANCE_MILLISECONDS = 2000;

/** The store lacks something that a runner wrote. */
export function owesTranscript({ transcript }: AgenticSessionStatus): boolean {
  return transcript?.complete === false;
}

/** It is the try that is under way. */
export function isPresentTry(fact: AttemptFact, { attempt, handover }: Draft): boolean {
  return handover?.state === "Running" && fact.attempt === attempt && fact.handover === handover.tries;
}

/** The next step of a session at rest: nothing, a first or further try, or waiting for one. */
export function handOver(observation: Observation, policy: Policy, draft: Draft): void {
  const { now, status, runtime } = observation;
  const former = status.handover;
  if (!owesTranscript(status)) {
    draft.handover = undefined;
    return;
  }
  if (former?.state === "Lost") return;
  if (former?.state === "Running") {
    const end = endOfTry(observation, draft, former);
    if (end === undefined) return;
    failed(draft, policy, former.tries, end, now);
    return;
  }
  const nextTry = milliseconds(former?.nextTryTime);
  if (nextTry !== undefined && now < nextTry) {
    wake(draft, nextTry);
    return;
  }
  const tries = former?.tries ?? 0;
  if (!runtime.known) {
    failed(draft, policy, tries + 1, runtime.message, now);
    return;
  }
  if (observation.preparation === undefined) {
    draft.actions.push({ type: "prepareHandover" });
    return;
  }
  if (observation.preparation.state === "done") {
    draft.handover = { state: "Running", tries: tries + 1 };
    draft.actions.push({ type: "createHandoverJob", attempt: draft.attempt, which: tries + 1 });
    return;
  }
  blocked(draft, policy, tries, observation.preparation, now);
}

function blocked(
  draft: Draft,
  policy: Policy,
  tries: number,
  { reason, message }: Extract<Preparation, { state: "blocked" }>,
  now: number,
): void {
  switch (reason) {
    case "WorkspaceLost":
      draft.handover = { state: "Lost", tries, message };
      return;
    case "FormerPodAlive":
    case "WorkspaceTerminating":
      wake(draft, now + SOON_MILLISECONDS);
      return;
    case "BackendUnavailable":
    case "ForeignObject":
    case "QuotaExceeded":
    case "Rejected":
      failed(draft, policy, tries + 1, message, now);
  }
}

/** Later each time, up to a limit, for as long as the session is there. */
function failed(draft: Draft, policy: Policy, tries: number, message: string, now: number): void {
  const limits = {
    baseMilliseconds: policy.retryBaseMilliseconds,
    maximumMilliseconds: policy.handoverMaximumMilliseconds,
  };
  const nextTry = now + backoffDelay(tries, { ...limits, jitter: 0 });
  draft.handover = { state: "Waiting", tries, nextTryTime: time(nextTry), message: message.slice(0, 1024) };
  wake(draft, nextTry);
}

/** Why the try that was begun is over, as a sentence; undefined while it goes on. */
function endOfTry(observation: Observation, draft: Draft, { tries }: Handover): string | undefined {
  const own = (fact: AttemptFact): boolean => fact.attempt === draft.attempt && fact.handover === tries;
  const job = observation.jobs.find(own);
  const pod = observation.pods.find(own);
  const said = endOfPod(pod);
  if (said !== undefined) return said;
  if (job === undefined || job.deleting) return "its Job was deleted";
  if (job.finished !== undefined) {
    return job.finished.reason === "DeadlineExceeded"
      ? "it took too long"
      : `its pod was lost (${job.finished.message === "" ? job.finished.reason : job.finished.message})`;
  }
  if (job.deadline === undefined) return undefined;
  const deadline = job.deadline + DEADLINE_TOLERANCE_MILLISECONDS;
  if (observation.now >= deadline) return "it took too long";
  wake(draft, deadline);
  return undefined;
}

function endOfPod(pod: PodFact | undefined): string | undefined {
  if (pod?.ended === undefined) return undefined;
  const { exitCode, reason, message } = pod.ended;
  const said = message?.trim() ?? "";
  return said === ""
    ? `its pod ended (${exitCode === undefined ? (reason ?? "unknown") : `exit code ${exitCode}`})`
    : said;
}
