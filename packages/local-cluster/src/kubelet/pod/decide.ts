/**
 * What to do next for a pod, given what its containers do now: a pure function. Init containers run one after the other,
 * sidecars start among them and stay, then the main containers start together; when these are over, the sidecars end.
 */
import type { PodSpec } from "@pilothouse/kubernetes";
import { backoffAfter, type ContainerRecord } from "./container-record.ts";

export interface PodDecision {
  /** Containers to start now. */
  readonly start: readonly ContainerRecord[];
  /** Crashed containers that wait for their next start, which has to be shown. */
  readonly backOff: readonly { readonly record: ContainerRecord; readonly until: number; readonly seconds: number }[];
  /** The work is over: sidecars are to end, in reverse order. */
  readonly stopSidecars: boolean;
  /** The end of the pod, once nothing runs any more. */
  readonly outcome: "Succeeded" | "Failed" | undefined;
  /** When to decide again even if nothing happens. */
  readonly wakeAt: number | undefined;
}

type RestartPolicy = NonNullable<PodSpec["restartPolicy"]>;

export function decide(records: readonly ContainerRecord[], restartPolicy: RestartPolicy, now: number): PodDecision {
  const plan = new Plan(now);
  const main = records.filter((record) => record.kind === "main");
  const inits = records.filter((record) => record.kind !== "main");
  const initialized = main.some((record) => record.starts > 0);

  if (!initialized) {
    for (const record of inits) {
      const passed = record.kind === "sidecar" ? keepSidecar(record, plan) : runInit(record, restartPolicy, plan);
      if (passed === "failed") return plan.finish(records, "Failed");
      if (passed === "wait") return plan.result();
    }
  }
  const verdicts = main.map((record) => runMain(record, restartPolicy, plan));
  if (verdicts.every((verdict) => verdict !== "running")) {
    return plan.finish(records, verdicts.includes("failed") ? "Failed" : "Succeeded");
  }
  if (initialized) for (const record of inits) if (record.kind === "sidecar") keepSidecar(record, plan);
  return plan.result();
}

function keepSidecar(record: ContainerRecord, plan: Plan): "passed" | "wait" {
  const { phase } = record;
  if (phase.type === "running") return phase.started ? "passed" : "wait";
  if (phase.type === "terminated") plan.restart(record, phase);
  else if (phase.type === "waiting") plan.startWaiting(record);
  return "wait";
}

function runInit(record: ContainerRecord, policy: RestartPolicy, plan: Plan): "passed" | "wait" | "failed" {
  const { phase } = record;
  if (phase.type === "terminated") {
    if (phase.exitCode === 0) return "passed";
    if (policy === "Never") return "failed";
    plan.restart(record, phase);
  } else if (phase.type === "waiting") {
    // Between two runs of a failed init container the record waits as well.
    plan.startWaiting(record);
  }
  return "wait";
}

function runMain(record: ContainerRecord, policy: RestartPolicy, plan: Plan): "running" | "succeeded" | "failed" {
  const { phase } = record;
  switch (phase.type) {
    case "waiting":
      plan.startWaiting(record);
      return "running";
    case "terminated": {
      const again = policy === "Always" || (policy === "OnFailure" && phase.exitCode !== 0);
      if (!again) return phase.exitCode === 0 ? "succeeded" : "failed";
      plan.restart(record, phase);
      return "running";
    }
    default:
      return "running";
  }
}

class Plan {
  readonly #now: number;
  readonly #start: ContainerRecord[] = [];
  readonly #backOff: { record: ContainerRecord; until: number; seconds: number }[] = [];
  #wakeAt: number | undefined;

  constructor(now: number) {
    this.#now = now;
  }

  startWaiting(record: ContainerRecord): void {
    const retryAt = record.phase.type === "waiting" ? record.phase.retryAt : undefined;
    if (retryAt === undefined || retryAt <= this.#now) this.#start.push(record);
    else this.#wake(retryAt);
  }

  /** The first restart is immediate; each later one waits twice as long as the one before. */
  restart(record: ContainerRecord, run: Extract<ContainerRecord["phase"], { type: "terminated" }>): void {
    const seconds = backoffAfter(record, run);
    const until = run.finishedAt + seconds * 1000;
    if (until <= this.#now) {
      this.#start.push(record);
      return;
    }
    this.#backOff.push({ record, until, seconds });
    this.#wake(until);
  }

  #wake(at: number): void {
    this.#wakeAt = Math.min(this.#wakeAt ?? at, at);
  }

  result(): PodDecision {
    return {
      start: this.#start,
      backOff: this.#backOff,
      stopSidecars: false,
      outcome: undefined,
      wakeAt: this.#wakeAt,
    };
  }

  /** Nothing new is started; the outcome stands once the last container has ended. */
  finish(records: readonly ContainerRecord[], outcome: "Succeeded" | "Failed"): PodDecision {
    const alive = records.some(({ phase }) => phase.type === "running" || phase.type === "starting");
    return { start: [], backOff: [], stopSidecars: alive, outcome: alive ? undefined : outcome, wakeAt: undefined };
  }
}
