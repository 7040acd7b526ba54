// The session's conditions, each derived from facts, each keeping the time at which its status last changed.
import type { AgenticSessionStatus, Condition, SessionPhase } from "@pilothouse/contracts";
import type { Observation } from "./observation.ts";
import { currentJob, currentPod, type Draft } from "./draft.ts";
import { isFinal } from "./lifecycle.ts";

type Verdict = Pick<Condition, "status" | "reason" | "message">;

const yes = (reason: string, message = ""): Verdict => ({ status: "True", reason, message });
const no = (reason: string, message = ""): Verdict => ({ status: "False", reason, message });
const unknown = (reason: string): Verdict => ({ status: "Unknown", reason, message: "" });

export function conditionsOf(observation: Observation, draft: Draft): Condition[] {
  const verdicts: Record<string, Verdict | undefined> = {
    SecretsReady: secretsReady(observation),
    WorkspaceReady: workspaceReady(observation, draft),
    JobCreated: jobCreated(observation, draft),
    PodScheduled: podScheduled(observation, draft),
    RunnerReady: runnerReady(observation, draft),
    Ready: ready(draft),
    TranscriptComplete: transcriptComplete(observation, draft),
    TranscriptRemoved: transcriptRemoved(observation),
  };
  const conditions: Condition[] = [];
  for (const [type, verdict] of Object.entries(verdicts)) {
    if (verdict !== undefined) conditions.push(settle(observation, type, verdict));
  }
  return conditions;
}

function settle(observation: Observation, type: string, verdict: Verdict): Condition {
  const former = conditionOf(observation.status, type);
  const unchanged = former?.status === verdict.status;
  const lastTransitionTime = unchanged ? former.lastTransitionTime : new Date(observation.now).toISOString();
  return { type, ...verdict, lastTransitionTime, observedGeneration: observation.generation };
}

export function conditionOf(status: AgenticSessionStatus, type: string): Condition | undefined {
  return status.conditions?.find((condition) => condition.type === type);
}

function secretsReady({ runtime }: Observation): Verdict {
  if (!runtime.known) return unknown("UnknownRunner");
  if (runtime.missingKeys.length === 0) return yes("KeysPresent");
  return no("KeysMissing", missingKeysMessage(runtime.missingKeys));
}

export function missingKeysMessage(keys: readonly string[]): string {
  return `the project has no ${keys.join(" or ")}: set it among the project's keys`;
}

function workspaceReady(observation: Observation, draft: Draft): Verdict {
  const { preparation } = observation;
  if (preparation?.state === "done" || currentJob(observation, draft) !== undefined) return yes("WorkspaceReady");
  if (preparation?.state === "blocked" && preparation.reason !== "FormerPodAlive") {
    return no(preparation.reason, preparation.message);
  }
  const former = conditionOf(observation.status, "WorkspaceReady");
  return former === undefined
    ? unknown("NotPrepared")
    : { status: former.status, reason: former.reason, message: former.message };
}

function jobCreated(observation: Observation, draft: Draft): Verdict {
  const job = currentJob(observation, draft);
  if (job !== undefined && !job.deleting) return yes("JobCreated");
  return no(isFinal(draft.phase) || draft.phase === "Stopping" ? "Ended" : "NotCreated");
}

function podScheduled(observation: Observation, draft: Draft): Verdict {
  const pod = currentPod(observation, draft);
  if (pod?.scheduled === undefined) return no("NoPod", observation.trouble?.message ?? "");
  return pod.scheduled.done ? yes("Scheduled") : no(pod.scheduled.reason, pod.scheduled.message);
}

function runnerReady(observation: Observation, draft: Draft): Verdict {
  const pod = currentPod(observation, draft);
  if (draft.phase === "Running" && pod?.ready === true) return yes("RunnerReady");
  if (pod?.waiting !== undefined && pod.live) {
    return no(pod.waiting.reason, `container ${pod.waiting.container}: ${pod.waiting.message}`);
  }
  return no(REASON_WITHOUT_RUNNER[draft.phase]);
}

const REASON_WITHOUT_RUNNER: Readonly<Record<SessionPhase, string>> = {
  Pending: "NotStarted",
  Queued: "NotStarted",
  Creating: "Starting",
  Running: "NotResponding",
  Stopping: "Stopping",
  Stopped: "Stopped",
  Completed: "Stopped",
  Failed: "Stopped",
};

function ready(draft: Draft): Verdict {
  return draft.phase === "Running" && draft.endpoint !== undefined
    ? yes("RunnerReady")
    : no(draft.holdReason ?? draft.phase, draft.message ?? "");
}

/** Whether whoever reads the transcript sees all that happened. Nothing is said before a runner has begun to write it. */
function transcriptComplete({ status }: Observation, draft: Draft): Verdict | undefined {
  if (status.transcript === undefined) return undefined;
  if (!isFinal(draft.phase)) return unknown("SessionActive");
  if (status.transcript.complete) return yes("HandedOver");
  const { state, message = "", nextTryTime } = draft.handover ?? { state: "Running" };
  switch (state) {
    case "Running":
      return no("HandingOver", "the runner ended before it had sent everything: the rest is being sent");
    case "Waiting":
      return no("HandOverFailed", `the rest could not be sent: ${message}; next try at ${nextTryTime ?? "once"}`);
    case "Lost":
      return no("WorkspaceLost", message);
  }
}

function transcriptRemoved({ transcript }: Observation): Verdict | undefined {
  if (transcript === undefined) return undefined;
  return transcript.removed ? yes("Removed") : no("BackendUnavailable", transcript.message);
}
