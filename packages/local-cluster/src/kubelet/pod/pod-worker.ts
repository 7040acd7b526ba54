/**
 * Runs one pod, from the moment it is bound to this node until its object is gone. Everything that happens (an exit, a probe's
 * result, a change of the object, a timer) changes the records and leads to one `#step`, which is synchronous: it decides,
 * begins what is to be begun, and publishes the status. Work that takes time runs beside it and ends in another step.
 */
import { rm } from "node:fs/promises";
import type { Pod, RecordedEvent, Stored } from "@pilothouse/kubernetes";
import {
  backoffAfter,
  type ContainerRecord,
  containerRecords,
  isUp,
  nextBackoff,
  type Termination,
} from "./container-record.ts";
import type { ContainerRun } from "./container-run.ts";
import { Deadline } from "./deadline.ts";
import { decide } from "./decide.ts";
import { launchContainer } from "./launch.ts";
import type { PodServices } from "./pod-services.ts";
import { podStatus } from "./pod-status.ts";
import { runProbes } from "./prober.ts";
import { PodSandbox } from "./sandbox.ts";
import { startFailure } from "./start-failure.ts";
import { LongTimer } from "./timer.ts";

export interface Ending {
  readonly graceSeconds: number;
  /** Of the pod as a whole, when it is not its containers that end it. */
  readonly reason?: string;
  readonly message?: string;
  /** "leave": the containers end, the pod does not; the next start of this node goes on with it. */
  readonly outcome: "by exit codes" | "Failed" | "leave";
}

const SIDECAR_MINIMUM_GRACE = 2000;

export class PodWorker {
  readonly uid: string;
  readonly records: readonly ContainerRecord[];
  readonly #services: PodServices;
  readonly #sandbox: PodSandbox;
  readonly #runs = new Map<ContainerRecord, ContainerRun>();
  readonly #starting = new Map<ContainerRecord, Promise<void>>();
  /** Aborts what still prepares containers once the pod is ending. */
  readonly #ending = new AbortController();
  readonly #over = Promise.withResolvers<void>();
  readonly #wake = new LongTimer();
  readonly #activeDeadline = new LongTimer();
  #pod: Stored<Pod>;
  readonly #startTime: number;
  #outcome: "Succeeded" | "Failed" | undefined;
  #reason: string | undefined;
  #message: string | undefined;
  #deadline: Deadline | undefined;
  #gone = false;
  #leaveSlot: (() => void) | undefined;

  constructor(pod: Stored<Pod>, services: PodServices, records: readonly ContainerRecord[] = containerRecords(pod)) {
    this.#pod = pod;
    this.uid = pod.metadata.uid;
    this.records = records;
    this.#services = services;
    this.#sandbox = new PodSandbox(pod, services, this.#ending.signal, {
      ready: () => this.#step(),
      event: (type, reason, message) => {
        this.#event(type, reason, message);
        this.#publish();
      },
    });
    this.#startTime = pod.status?.startTime === undefined ? services.now() : Date.parse(pod.status.startTime);
  }

  get pod(): Stored<Pod> {
    return this.#pod;
  }

  /** Resolves when no process of the pod is left and its last status is written. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  get podIP(): string | undefined {
    return this.#sandbox.podIP;
  }

  runOf(record: ContainerRecord): ContainerRun | undefined {
    return this.#runs.get(record);
  }

  /** Begins the work; a pod that is being deleted already is ended instead. */
  start(): void {
    if (this.#pod.metadata.deletionTimestamp !== undefined) {
      this.#endByDeletion();
      return;
    }
    this.#armActiveDeadline();
    this.#publish();
    this.#beside(this.#startInTurn());
  }

  async #startInTurn(): Promise<void> {
    this.#leaveSlot = await this.#services.starts.enter(this.#ending.signal);
    if (this.#leaveSlot === undefined) return;
    if (this.#ending.signal.aborted) this.#leaveSlot();
    else this.#sandbox.prepare();
  }

  /** A pod that was over before this node began: kept for its logs and its address. */
  adopt(outcome: "Succeeded" | "Failed"): void {
    this.#outcome = outcome;
    this.#ending.abort();
    this.#over.resolve();
    if (this.#pod.metadata.deletionTimestamp !== undefined) this.#beside(this.#services.remove(this.#pod));
  }

  /** A pod of which nothing runs any more: only its status may have to be brought to its end. */
  conclude(outcome: "Succeeded" | "Failed", reason?: string, message?: string): void {
    this.#reason = reason ?? this.#pod.status?.reason;
    this.#message = message ?? this.#pod.status?.message;
    this.#ending.abort();
    this.#beside(this.#finish(outcome));
  }

  update(pod: Stored<Pod>): void {
    this.#pod = pod;
    this.#sandbox.update(pod);
    if (pod.metadata.deletionTimestamp !== undefined) {
      this.#endByDeletion();
      return;
    }
    this.#armActiveDeadline();
  }

  /** The object is gone: by force, or since we removed it. Whatever still runs ends quickly. */
  objectGone(): void {
    this.#gone = true;
    this.end({ graceSeconds: 1, outcome: "by exit codes" });
  }

  /** A Secret or ConfigMap of the pod's namespace has changed. */
  objectChanged(kind: "secret" | "configMap", name: string): void {
    this.#sandbox.objectChanged(kind, name);
    if (!this.#sandbox.ready) return;
    const blocked = this.records.filter(
      ({ phase }) => phase.type === "waiting" && phase.reason === "CreateContainerConfigError",
    );
    for (const record of blocked) record.phase = { type: "waiting", reason: "CreateContainerConfigError" };
    if (blocked.length > 0) this.#step();
  }

  /** Stops all containers; called again, it can only make the end come sooner. */
  end(ending: Ending): void {
    const at = this.#services.now() + Math.max(ending.graceSeconds, 0) * 1000;
    if (this.#deadline || this.#ending.signal.aborted) {
      this.#deadline?.shorten(at);
      return;
    }
    this.#reason ??= ending.reason;
    this.#message ??= ending.message;
    this.#deadline = new Deadline(at, this.#services.now);
    this.#ending.abort();
    this.#beside(this.#stopEverything(this.#deadline, ending.outcome));
  }

  #endByDeletion(): void {
    if (this.#outcome) {
      this.#beside(this.#over.promise.then(() => this.#services.remove(this.#pod)));
      return;
    }
    const { deletionGracePeriodSeconds } = this.#pod.metadata;
    this.end({ graceSeconds: deletionGracePeriodSeconds ?? this.#graceSeconds, outcome: "by exit codes" });
  }

  get #graceSeconds(): number {
    return this.#pod.spec?.terminationGracePeriodSeconds ?? 30;
  }

  #armActiveDeadline(): void {
    const seconds = this.#pod.spec?.activeDeadlineSeconds;
    if (seconds === undefined || this.#ending.signal.aborted) return;
    this.#activeDeadline.set(this.#startTime + seconds * 1000 - this.#services.now(), () => {
      const message = "Pod was active on the node longer than the specified deadline";
      this.#event("Normal", "DeadlineExceeded", message);
      this.end({ graceSeconds: this.#graceSeconds, reason: "DeadlineExceeded", message, outcome: "Failed" });
    });
  }

  #step(): void {
    this.#wake.clear();
    if (this.#ending.signal.aborted) {
      this.#publish();
      return;
    }
    const now = this.#services.now();
    const decision = decide(this.records, this.#pod.spec?.restartPolicy ?? "Always", now);
    for (const { record, until, seconds } of decision.backOff) this.#showBackOff(record, until, seconds);
    for (const record of decision.start) this.#begin(record);
    if (decision.outcome) {
      this.conclude(decision.outcome);
      return;
    }
    if (decision.stopSidecars) this.end({ graceSeconds: this.#graceSeconds, outcome: "by exit codes" });
    if (decision.wakeAt !== undefined) this.#wake.set(decision.wakeAt - now, () => this.#step());
    this.#publish();
  }

  #showBackOff(record: ContainerRecord, until: number, seconds: number): void {
    if (record.phase.type !== "terminated") return;
    record.last = record.phase;
    const { name, namespace = "" } = this.#pod.metadata;
    const pod = `${name}_${namespace}(${this.uid})`;
    const message = `back-off ${durationText(seconds)} restarting failed container=${record.spec.name} pod=${pod}`;
    record.phase = { type: "waiting", reason: "CrashLoopBackOff", message, retryAt: until };
    this.#event("Warning", "BackOff", `Back-off restarting failed container ${record.spec.name} in pod ${pod}`);
  }

  #begin(record: ContainerRecord): void {
    const before = record.phase;
    if (before.type === "terminated") record.last = before;
    record.phase = { type: "starting" };
    const begun = this.#launch(record)
      .catch((error: unknown) => this.#startFailed(record, error, before))
      .finally(() => {
        this.#starting.delete(record);
        this.#step();
      });
    this.#starting.set(record, begun);
  }

  async #launch(record: ContainerRecord): Promise<void> {
    const restartCount = record.restartCount + (record.starts > 0 ? 1 : 0);
    const run = await launchContainer({
      pod: this.#pod,
      container: record.spec,
      restartCount,
      context: this.#sandbox.context,
      volumes: this.#sandbox.volumes,
      services: this.#services,
      signal: this.#ending.signal,
    });
    if (record.starts > 0 && record.last) record.backoffSeconds = nextBackoff(backoffAfter(record, record.last));
    record.restartCount = restartCount;
    record.starts += 1;
    record.imageBackoffSeconds = 0;
    this.#runs.set(record, run);
    const alive = new AbortController();
    void run.ended.then((termination) => {
      alive.abort();
      this.#ended(record, run, termination);
    });
    const { name, image = "" } = record.spec;
    this.#event("Normal", "Pulled", `Container image "${image}" already present on machine`);
    this.#event("Normal", "Created", `Created container: ${name}`);
    this.#event("Normal", "Started", `Started container ${name}`);
    await run.postStart(alive.signal).catch((error: unknown) => {
      if (alive.signal.aborted) return;
      this.#event("Warning", "FailedPostStartHook", `PostStartHook failed: ${errorText(error)}`);
      run.process.kill();
    });
    if (alive.signal.aborted) return;
    const { startupProbe, readinessProbe } = record.spec;
    const { containerID, startedAt } = run;
    record.phase = { type: "running", containerID, startedAt, started: !startupProbe, ready: !readinessProbe };
    this.#beside(this.#probe(record, run, AbortSignal.any([alive.signal, this.#ending.signal])));
  }

  async #probe(record: ContainerRecord, run: ContainerRun, signal: AbortSignal): Promise<void> {
    const { name } = record.spec;
    const change = (changes: { started?: boolean; ready?: boolean }) => {
      if (record.phase.type !== "running" || this.#runs.get(record) !== run) return;
      const phase = { ...record.phase, ...changes };
      if (phase.started === record.phase.started && phase.ready === record.phase.ready) return;
      record.phase = phase;
      this.#step();
    };
    const target = { podIP: this.#sandbox.podIP ?? "", container: record.spec, process: run.process };
    const listener = {
      started: () => change({ started: true }),
      ready: (ready: boolean) => change({ ready }),
      failed: (kind: string, output: string) => {
        const title = kind.charAt(0).toUpperCase() + kind.slice(1);
        this.#event("Warning", "Unhealthy", `${title} probe failed: ${output}`);
      },
      unhealthy: (kind: string, graceSeconds: number | undefined) => {
        this.#event("Normal", "Killing", `Container ${name} failed ${kind} probe, will be restarted`);
        const grace = (graceSeconds ?? this.#graceSeconds) * 1000;
        const deadline = new Deadline(this.#services.now() + grace, this.#services.now);
        this.#beside(run.stop(deadline).then(() => deadline.close()));
      },
    };
    await runProbes(target, listener, signal);
  }

  #ended(record: ContainerRecord, run: ContainerRun, termination: Termination): void {
    if (this.#runs.get(record) === run) this.#runs.delete(record);
    record.phase = { type: "terminated", ...termination };
    if (termination.reason === "StartError") this.#event("Warning", "Failed", `Error: ${termination.message ?? ""}`);
    this.#beside(rm(run.scratchDirectory, { recursive: true, force: true }));
    this.#step();
  }

  #startFailed(record: ContainerRecord, error: unknown, before: ContainerRecord["phase"]): void {
    if (this.#runs.has(record)) return;
    if (this.#ending.signal.aborted) {
      record.phase = before;
      return;
    }
    const { phase, imageBackoffSeconds, events } = startFailure(record, before, error, this.#services.now());
    record.phase = phase;
    record.imageBackoffSeconds = imageBackoffSeconds;
    for (const { type, reason, message } of events) this.#event(type, reason, message);
  }

  /** The main containers together, then the sidecars from the last to the first; what is still being started is waited for. */
  async #stopEverything(deadline: Deadline, outcome: Ending["outcome"]): Promise<void> {
    await Promise.allSettled(this.#starting.values());
    await Promise.all(
      this.records.filter(({ kind }) => kind !== "sidecar").map((record) => this.#stop(record, deadline)),
    );
    for (const record of this.records.filter(({ kind }) => kind === "sidecar").toReversed()) {
      const least = this.#gone ? 0 : SIDECAR_MINIMUM_GRACE;
      if (deadline.remainingMilliseconds >= least) {
        await this.#stop(record, deadline);
        continue;
      }
      const own = new Deadline(this.#services.now() + least, this.#services.now);
      await this.#stop(record, own);
      own.close();
    }
    deadline.close();
    const main = this.records.filter(({ kind }) => kind === "main");
    const succeeded = main.every(({ phase }) => phase.type === "terminated" && phase.exitCode === 0);
    if (outcome === "leave") await this.#finish(undefined);
    else await this.#finish(outcome === "by exit codes" && succeeded ? "Succeeded" : "Failed");
  }

  async #stop(record: ContainerRecord, deadline: Deadline): Promise<void> {
    const run = this.#runs.get(record);
    if (!run) return;
    this.#event("Normal", "Killing", `Stopping container ${record.spec.name}`);
    try {
      await run.stop(deadline);
    } catch (error) {
      this.#services.logger.error(
        { error, pod: this.uid, container: record.spec.name },
        "a container could not be stopped gracefully",
      );
      run.process.kill();
      await run.ended;
    }
  }

  /** Work beside the steps handles what can go wrong by itself; what comes here is a mistake of ours, and must not end the node. */
  #beside(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      this.#services.logger.error({ error, pod: this.uid }, "work for a pod has failed");
    });
  }

  async #finish(outcome: "Succeeded" | "Failed" | undefined): Promise<void> {
    this.#wake.clear();
    this.#activeDeadline.clear();
    this.#outcome = outcome;
    this.#publish();
    try {
      await this.#sandbox.close(outcome === undefined);
    } catch (error) {
      this.#services.logger.warn({ error, pod: this.uid }, "a pod's directories could not be removed");
    }
    await this.#services.statuses.flushed(this.uid);
    this.#over.resolve();
    if (outcome && this.#pod.metadata.deletionTimestamp !== undefined && !this.#gone)
      await this.#services.remove(this.#pod);
  }

  #publish(): void {
    if (this.#ending.signal.aborted || this.records.every(isUp)) this.#leaveSlot?.();
    if (this.#gone) return;
    const status = podStatus({
      pod: this.#pod,
      records: this.records,
      hostIP: this.#services.hostIP,
      podIP: this.#sandbox.podIP,
      startTime: this.#startTime,
      readyToStart: this.#sandbox.ready,
      outcome: this.#outcome,
      reason: this.#reason,
      message: this.#message,
      now: this.#services.now(),
    });
    this.#services.statuses.publish(this.#pod, status);
  }

  #event(type: RecordedEvent["type"], reason: string, message: string): void {
    this.#services.event(this.#pod, { type, reason, message });
  }
}

function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** As Go prints durations: "10s", "1m20s". */
function durationText(seconds: number): string {
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
