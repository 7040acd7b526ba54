/** What the kubelet knows of one container of a pod: plain data, from which the next steps and the status are computed. */
import type { Container, Pod } from "@pilothouse/kubernetes";

/** A sidecar is an init container with restartPolicy Always: it starts in the order of the init containers and stays. */
export type ContainerKind = "init" | "sidecar" | "main";

export interface Termination {
  readonly exitCode: number;
  readonly reason: string;
  readonly message: string | undefined;
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly containerID: string;
}

export type ContainerPhase =
  /** Does not run; `retryAt` is when it may be tried again (back-off). */
  | { readonly type: "waiting"; readonly reason: string; readonly message?: string; readonly retryAt?: number }
  | { readonly type: "starting" }
  | {
      readonly type: "running";
      readonly containerID: string;
      readonly startedAt: number;
      /** The startup probe has passed, or there is none. */
      readonly started: boolean;
      /** The readiness probe passes, or there is none. */
      readonly ready: boolean;
    }
  | ({ readonly type: "terminated" } & Termination);

export interface ContainerRecord {
  readonly kind: ContainerKind;
  readonly spec: Container;
  phase: ContainerPhase;
  restartCount: number;
  /** The run before the present one. */
  last: Termination | undefined;
  /** Instances started so far, this kubelet's and its predecessors'. */
  starts: number;
  /** Seconds that the next restart has to wait after the end of the run; 0 for the first one. */
  backoffSeconds: number;
  /** Images that could not be found: seconds until the next look. */
  imageBackoffSeconds: number;
}

export function containerRecords(pod: Pod): ContainerRecord[] {
  const record = (kind: ContainerKind, spec: Container): ContainerRecord => ({
    kind,
    spec,
    phase: { type: "waiting", reason: kind === "main" && hasInit ? "PodInitializing" : "ContainerCreating" },
    restartCount: 0,
    last: undefined,
    starts: 0,
    backoffSeconds: 0,
    imageBackoffSeconds: 0,
  });
  const init = pod.spec?.initContainers ?? [];
  const hasInit = init.length > 0;
  return [
    ...init.map((spec) => record(spec.restartPolicy === "Always" ? "sidecar" : "init", spec)),
    ...(pod.spec?.containers ?? []).map((spec) => record("main", spec)),
  ];
}

export const FIRST_BACKOFF_SECONDS = 10;
export const LONGEST_BACKOFF_SECONDS = 300;
/** A container that ran this long has recovered: its next crash is its first. */
const RECOVERED_MILLISECONDS = 600_000;

export function nextBackoff(seconds: number): number {
  return seconds === 0 ? FIRST_BACKOFF_SECONDS : Math.min(seconds * 2, LONGEST_BACKOFF_SECONDS);
}

/** The back-off that applies to the restart after this run. */
export function backoffAfter(record: ContainerRecord, run: Termination): number {
  return run.finishedAt - run.startedAt >= RECOVERED_MILLISECONDS ? 0 : record.backoffSeconds;
}

/** It needs nothing more to begin: it is ready, or it is over. */
export function isUp({ phase }: ContainerRecord): boolean {
  return phase.type === "terminated" || (phase.type === "running" && phase.ready);
}
