/** The status of a pod, from what its containers do: a pure function, in Kubernetes' words. */
import type { ContainerState, ContainerStatus, Pod, PodCondition, PodStatus, Stored } from "@pilothouse/kubernetes";
import type { ContainerRecord, Termination } from "./container-record.ts";

export interface PodObservation {
  readonly pod: Stored<Pod>;
  readonly records: readonly ContainerRecord[];
  readonly hostIP: string;
  readonly podIP: string | undefined;
  readonly startTime: number;
  /** Address and volumes are there. */
  readonly readyToStart: boolean;
  /** Set once the pod is over. */
  readonly outcome: "Succeeded" | "Failed" | undefined;
  /** Why the pod as a whole ended, when it was not by its containers alone. */
  readonly reason: string | undefined;
  readonly message: string | undefined;
  readonly now: number;
}

export function podStatus(observation: PodObservation): PodStatus {
  const { pod, records, hostIP, podIP, startTime, outcome, reason, message } = observation;
  const phase = outcome ?? runningPhase(records);
  const statusOf = (record: ContainerRecord) => containerStatus(record, outcome);
  const init = records.filter((record) => record.kind !== "main").map(statusOf);
  return {
    phase,
    reason,
    message,
    hostIP,
    hostIPs: [{ ip: hostIP }],
    podIP,
    podIPs: podIP === undefined ? undefined : [{ ip: podIP }],
    startTime: time(startTime),
    qosClass: pod.status?.qosClass,
    initContainerStatuses: init.length > 0 ? init : undefined,
    containerStatuses: records.filter((record) => record.kind === "main").map(statusOf),
    conditions: conditions(observation, phase),
  };
}

function runningPhase(records: readonly ContainerRecord[]): "Pending" | "Running" {
  return records.some((record) => record.kind === "main" && record.starts > 0) ? "Running" : "Pending";
}

/** Seconds, as Kubernetes keeps times. */
export function time(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

export function isReady({ phase }: ContainerRecord): boolean {
  return phase.type === "running" && phase.started && phase.ready;
}

function containerStatus(record: ContainerRecord, outcome: PodObservation["outcome"]): ContainerStatus {
  const { phase, spec, last, restartCount, kind } = record;
  const containerID = phase.type === "running" || phase.type === "terminated" ? phase.containerID : last?.containerID;
  const image = spec.image ?? "";
  return {
    name: spec.name,
    image,
    imageID: containerID === undefined ? "" : `local://${image}`,
    containerID,
    ready: kind === "init" ? phase.type === "terminated" && phase.exitCode === 0 : isReady(record),
    started: phase.type === "running" && phase.started,
    restartCount,
    state: stateOf(record, outcome),
    lastState: last ? { terminated: terminated(last) } : {},
  };
}

function stateOf({ phase, kind }: ContainerRecord, outcome: PodObservation["outcome"]): ContainerState {
  switch (phase.type) {
    case "waiting":
      // A container that never ran in a pod that is over waits for nothing any more, but Kubernetes has no better word.
      return { waiting: { reason: phase.reason, message: phase.message } };
    case "starting":
      return { waiting: { reason: kind === "init" || outcome ? "PodInitializing" : "ContainerCreating" } };
    case "running":
      return { running: { startedAt: time(phase.startedAt) } };
    case "terminated":
      return { terminated: terminated(phase) };
  }
}

function terminated(run: Termination) {
  const { exitCode, reason, message, startedAt, finishedAt, containerID } = run;
  return { exitCode, reason, message, startedAt: time(startedAt), finishedAt: time(finishedAt), containerID };
}

type Verdict = Omit<PodCondition, "lastTransitionTime">;

function conditions(observation: PodObservation, phase: string): PodCondition[] {
  const { pod, records, readyToStart, outcome, now } = observation;
  const yes = (type: string, reason?: string): Verdict => ({ type, status: "True", reason });
  const no = (type: string, reason?: string, message?: string): Verdict => ({ type, status: "False", reason, message });
  const readiness = (type: string): Verdict => {
    if (phase === "Succeeded") return no(type, "PodCompleted");
    if (phase === "Failed") return no(type, "PodFailed");
    const unready = records.filter((record) => record.kind !== "init" && !isReady(record)).map(({ spec }) => spec.name);
    if (unready.length === 0) return yes(type);
    return no(type, "ContainersNotReady", `containers with unready status: [${unready.join(" ")}]`);
  };
  const own: Verdict[] = [
    readyToStart && outcome === undefined ? yes("PodReadyToStartContainers") : no("PodReadyToStartContainers"),
    initializedCondition(records, phase),
    readiness("Ready"),
    readiness("ContainersReady"),
    yes("PodScheduled"),
  ];
  const known = pod.status?.conditions ?? [];
  const others = known.filter(({ type }) => own.every((condition) => condition.type !== type));
  return [
    ...own.map((condition): PodCondition => {
      const before = known.find(({ type }) => type === condition.type);
      const unchanged = before?.status === condition.status && before.lastTransitionTime !== undefined;
      return { ...condition, lastTransitionTime: unchanged ? before.lastTransitionTime : time(now) };
    }),
    ...others,
  ];
}

function initializedCondition(records: readonly ContainerRecord[], phase: string): Verdict {
  const type = "Initialized";
  if (phase === "Succeeded") return { type, status: "True", reason: "PodCompleted" };
  if (records.some((record) => record.kind === "main" && record.starts > 0)) return { type, status: "True" };
  const incomplete = records.filter(({ kind, phase: state }) => {
    if (kind === "main") return false;
    if (kind === "sidecar") return !(state.type === "running" && state.started);
    return !(state.type === "terminated" && state.exitCode === 0);
  });
  if (incomplete.length === 0) return { type, status: "True" };
  const names = incomplete.map(({ spec }) => spec.name).join(" ");
  return {
    type,
    status: "False",
    reason: "ContainersNotInitialized",
    message: `containers with incomplete status: [${names}]`,
  };
}
