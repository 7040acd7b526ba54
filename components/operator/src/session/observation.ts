// Everything that a decision about a session rests on, gathered into one plain value.
import type { AgenticSessionSpec, AgenticSessionStatus, ChildSession } from "@pilothouse/contracts";

export interface JobFact {
  readonly name: string;
  readonly uid: string;
  readonly attempt: number;
  /** Which try it is of handing over what the attempt left; undefined = it is the attempt's own Job. */
  readonly handover: number | undefined;
  /** The Job controller will make no further pod. */
  readonly finished:
    | { readonly result: "complete" | "failed"; readonly reason: string; readonly message: string }
    | undefined;
  readonly deleting: boolean;
  /** Milliseconds since epoch at which the session's timeout ends it; undefined = no timeout. */
  readonly deadline: number | undefined;
}

/** Of which attempt a Job or pod is, and whether of its runner or of the hand-over of what that left. */
export type AttemptFact = Pick<JobFact, "attempt" | "handover">;

/** How a container or a pod came to its end. */
export interface EndFact {
  readonly exitCode: number | undefined;
  /** OOMKilled, Evicted, NodeLost, DeadlineExceeded, Error, Completed … as Kubernetes says it. */
  readonly reason: string | undefined;
  readonly message: string | undefined;
}

export interface PodFact {
  readonly name: string;
  readonly uid: string;
  readonly attempt: number;
  /** As in {@link JobFact}. */
  readonly handover: number | undefined;
  /** False once all of its containers have ended for good. */
  readonly live: boolean;
  /** Milliseconds since epoch after which the kubelet should have ended it; undefined = nobody asked it to go. */
  readonly deletionDeadline: number | undefined;
  readonly scheduled: { readonly done: boolean; readonly reason: string; readonly message: string } | undefined;
  readonly ready: boolean;
  readonly ip: string | undefined;
  /** What a container that has not started waits for, in the kubelet's words. */
  readonly waiting: { readonly container: string; readonly reason: string; readonly message: string } | undefined;
  /** Set once the runner container has ended, or the pod failed without it. */
  readonly ended: EndFact | undefined;
}

/** What stands between "all checks passed" and a Job, found out by trying. */
export type Preparation =
  | { readonly state: "done" }
  | { readonly state: "blocked"; readonly reason: BlockReason; readonly message: string };

export type BlockReason =
  | "FormerPodAlive"
  | "WorkspaceTerminating"
  | "ForeignObject"
  | "QuotaExceeded"
  | "Rejected"
  /** Of a hand-over alone: there is nothing to hand over from, or nobody to hand over to. */
  | "WorkspaceLost"
  | "BackendUnavailable";

export interface Observation {
  /** Milliseconds since epoch. */
  readonly now: number;
  readonly name: string;
  readonly generation: number;
  /** It was created on the UTC day that it is now. */
  readonly createdToday: boolean;
  /** Milliseconds since epoch of the deletion request; undefined = not being deleted. */
  readonly deletedAt: number | undefined;
  readonly hasFinalizer: boolean;
  /** Annotation: the attempt whose end has been written into `spec.desiredState`. */
  readonly closedAttempt: number | undefined;
  readonly spec: AgenticSessionSpec;
  readonly status: AgenticSessionStatus;
  /** The namespace is one of a Project. */
  readonly managedNamespace: boolean;
  readonly runtime:
    | { readonly known: true; readonly missingKeys: readonly string[]; readonly port: number }
    | { readonly known: false; readonly message: string };
  readonly project: {
    readonly inactivityTimeoutSeconds: number | undefined;
    /** USD: what its sessions may cost on one UTC day, and what they have cost on this one; undefined = no limit. */
    readonly dailyCost: { readonly limit: number; readonly spent: number } | undefined;
  };
  /** What is known of the sessions that were started for this one. */
  readonly children: readonly ChildSession[] | undefined;
  /** Place in the project's queue: 0 = a slot is free for this session. */
  readonly queue: { readonly position: number; readonly limit: number | undefined };
  readonly jobs: readonly JobFact[];
  readonly pods: readonly PodFact[];
  /** What keeps the present attempt from starting, from the Events on its Job or pod. */
  readonly trouble: { readonly reason: string; readonly message: string } | undefined;
  /** Result of `prepare` or `prepareHandover`, once it has been tried in this round. */
  readonly preparation: Preparation | undefined;
  /** Whether the backend has confirmed that the transcript is gone; a message = it has not. */
  readonly transcript: { readonly removed: true } | { readonly removed: false; readonly message: string } | undefined;
}

/** Limits that an installation sets. */
export interface Policy {
  readonly startupDeadlineMilliseconds: number;
  readonly retryLimit: number;
  readonly retryBaseMilliseconds: number;
  readonly retryMaximumMilliseconds: number;
  /** A runner that was ready for this long starts with a clean record. */
  readonly stableAfterMilliseconds: number;
  readonly inactivityTimeoutSeconds: number;
  readonly forceDeleteAfterMilliseconds: number;
  readonly transcriptDeadlineMilliseconds: number;
  /** Longest pause between two tries of handing over what a runner left. */
  readonly handoverMaximumMilliseconds: number;
}

export const DEFAULT_POLICY: Policy = {
  startupDeadlineMilliseconds: 600_000,
  retryLimit: 3,
  retryBaseMilliseconds: 5000,
  retryMaximumMilliseconds: 300_000,
  stableAfterMilliseconds: 600_000,
  inactivityTimeoutSeconds: 86_400,
  forceDeleteAfterMilliseconds: 20_000,
  transcriptDeadlineMilliseconds: 3_600_000,
  handoverMaximumMilliseconds: 120_000,
};
