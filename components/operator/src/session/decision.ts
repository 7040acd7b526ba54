// What a decision about a session says: the status that is true now, and what to do about the rest.
import type { AgenticSessionStatus } from "@pilothouse/contracts";
import type { RecordedEvent } from "@pilothouse/kubernetes";

/** The operator's part of status; the runner owns the rest. */
export const OPERATOR_STATUS_FIELDS = [
  "phase",
  "phaseTransitionTime",
  "conditions",
  "attempt",
  "jobName",
  "podName",
  "endpoint",
  "startTime",
  "completionTime",
  "stoppedReason",
  "message",
  "observedGeneration",
  "retries",
  "nextRetryTime",
  "finishedRunsAtStart",
  "queuePosition",
  "dailyCost",
  "children",
  "handover",
] as const satisfies readonly (keyof AgenticSessionStatus)[];

export type OperatorStatus = Pick<AgenticSessionStatus, (typeof OPERATOR_STATUS_FIELDS)[number]>;

export type Action =
  | { readonly type: "addFinalizer" }
  | { readonly type: "removeFinalizer" }
  /** Make identity and workspace, and look for former pods at the source; then decide again. */
  | {
      readonly type: "prepare";
      readonly attempt: number;
      /** A Job may have been made for this attempt before: even its own pods would be former ones. */
      readonly again: boolean;
    }
  /** Ask the backend to remove the transcript; then decide again. */
  | { readonly type: "removeTranscript" }
  | { readonly type: "createJob"; readonly attempt: number }
  /** Look whether what an attempt left can be handed over; then decide again. */
  | { readonly type: "prepareHandover" }
  | { readonly type: "createHandoverJob"; readonly attempt: number; readonly which: number }
  | { readonly type: "deleteJob"; readonly name: string; readonly uid: string }
  | { readonly type: "deletePod"; readonly name: string; readonly uid: string; readonly force: boolean }
  /** Write the end of an attempt into the wish: `desiredState: Stopped`, with the attempt noted beside it. */
  | { readonly type: "closeWish"; readonly attempt: number }
  | { readonly type: "deleteSession" };

export interface Decision {
  readonly status: OperatorStatus;
  /** In order: those that find something out come before the status is written, the others after. */
  readonly actions: readonly Action[];
  readonly events: readonly RecordedEvent[];
  /** Look again at this time (milliseconds since epoch), changed or not. */
  readonly wakeAt: number | undefined;
}
