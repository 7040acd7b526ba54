// Which Kubernetes Events a change of status leaves on the session, in words that a person can act on.
import type { RecordedEvent } from "@pilothouse/kubernetes";
import type { Draft } from "./draft.ts";
import { isFinal } from "./lifecycle.ts";
import type { Observation } from "./observation.ts";

const normal = (reason: string, message: string): RecordedEvent => ({ type: "Normal", reason, message });
const warning = (reason: string, message: string): RecordedEvent => ({ type: "Warning", reason, message });

export function eventsOf(observation: Observation, draft: Draft): RecordedEvent[] {
  const { status, deletedAt, transcript } = observation;
  const events: RecordedEvent[] = [];
  if (transcript?.removed === false && deletedAt !== undefined) {
    const abandoned = draft.actions.some((action) => action.type === "removeFinalizer");
    events.push(warning(abandoned ? "TranscriptLeftBehind" : "TranscriptNotRemoved", transcript.message));
  }
  const handover = handoverEvent(status, draft);
  if (handover !== undefined) events.push(handover);
  if ((draft.retries ?? 0) > (status.retries ?? 0) && draft.phase === "Pending") {
    events.push(warning("AttemptFailed", `${draft.message}; trying again at ${draft.nextRetryTime}`));
    return events;
  }
  if (draft.phase === status.phase) {
    const stuck = draft.phase === "Pending" && draft.holdReason !== undefined && draft.message !== status.message;
    if (stuck) events.push(warning(draft.holdReason ?? "Pending", draft.message ?? ""));
    return events;
  }
  const event = eventOfPhase(draft);
  if (event !== undefined) events.push(event);
  return events;
}

/** Nothing is said of a first try that succeeds: it is how a runner that was killed is ended. */
function handoverEvent(
  { handover: former, transcript }: Observation["status"],
  draft: Draft,
): RecordedEvent | undefined {
  const { handover } = draft;
  if (handover?.state === "Lost" && former?.state !== "Lost")
    return warning("TranscriptIncomplete", handover.message ?? "");
  if (handover?.state === "Waiting" && (former?.state !== "Waiting" || handover.tries !== former.tries))
    return warning("HandOverFailed", `the transcript is not complete: ${handover.message ?? ""}; it is tried again`);
  if (transcript?.complete === true && (former?.tries ?? 0) > 1 && isFinal(draft.phase))
    return normal("HandedOver", "the transcript is complete");
  return undefined;
}

function eventOfPhase(draft: Draft): RecordedEvent | undefined {
  const message = draft.message ?? "";
  switch (draft.phase) {
    case "Pending":
      // A phase that is left within the same round is not worth a word.
      return draft.holdReason === undefined ? undefined : warning(draft.holdReason, message);
    case "Queued":
      return normal("Queued", message);
    case "Creating":
      return normal("Starting", `attempt ${draft.attempt}: creating Job ${draft.jobName}`);
    case "Running":
      return normal("RunnerReady", `attempt ${draft.attempt} is ready on pod ${draft.podName}`);
    case "Stopping":
      return normal("Stopping", `${draft.stoppedReason ?? "user"}: ${message}`);
    case "Stopped":
      return normal("Stopped", message === "" ? `stopped by ${draft.stoppedReason ?? "user"}` : message);
    case "Completed":
      return normal("Completed", message);
    case "Failed":
      return warning("Failed", message);
  }
}
