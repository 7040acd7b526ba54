// Everybody who acts on a session's Jobs and pods besides the operator: the Job controller, the garbage collector, a node.
import { LABELS } from "@pilothouse/contracts";
import type { KubernetesObject, PodTemplateSpec } from "@pilothouse/kubernetes";
import type { MemoryApi } from "./memory-api.ts";
import { NAMESPACE } from "./steps.ts";

export interface PodStatus {
  phase?: string;
  conditions?: { type: string; status: string; reason?: string; message?: string }[];
  containerStatuses?: { name: string; state: Record<string, unknown> }[];
  podIP?: string;
  reason?: string;
  message?: string;
}

export function isLive(pod: { status?: unknown }): boolean {
  const { phase } = (pod.status ?? {}) as PodStatus;
  return phase !== "Succeeded" && phase !== "Failed";
}

export class ClusterActors {
  readonly #api: MemoryApi;
  /** uids of pods whose node does not answer any more; later pods go to another one. */
  readonly lost = new Set<string>();
  imageMissing = false;
  /** Told when a pod's runner begins. */
  onStart: (pod: KubernetesObject) => void = () => {};
  /** Told when a pod's runner is asked to end. */
  onStop: (pod: KubernetesObject) => void = () => {};
  /** What a hand-over comes to: its exit code. */
  handOver: () => number = () => 0;
  #podNumber = 0;

  constructor(api: MemoryApi) {
    this.#api = api;
  }

  /** kube-controller-manager: Jobs make one pod, note its end, and their pods go with them. */
  runJobController(): void {
    for (const job of this.#api.list("jobs")) {
      const name = job.metadata.name;
      const finished = ((job.status?.["conditions"] ?? []) as { type: string }[]).some(
        ({ type }) => type === "Failed" || type === "Complete",
      );
      const pods = this.#api.list("pods").filter((pod) => pod.metadata.ownerReferences?.[0]?.uid === job.metadata.uid);
      const finish = (type: string, reason: string): void =>
        this.#api.change(
          "jobs",
          name,
          (object) => (object.status = { ...object.status, conditions: [{ type, status: "True", reason }] }),
        );
      if (finished) continue;
      const start = Date.parse(
        (job.status?.["startTime"] as string | undefined) ?? job.metadata.creationTimestamp ?? "",
      );
      const limit = job.spec?.["activeDeadlineSeconds"];
      if (typeof limit === "number" && this.#api.now >= start + limit * 1000) {
        for (const pod of pods) this.#api.remove("pods", pod.metadata.name);
        finish("Failed", "DeadlineExceeded");
        continue;
      }
      if (job.status?.["startTime"] === undefined) {
        this.#api.change(
          "jobs",
          name,
          (object) => (object.status = { startTime: new Date(this.#api.now).toISOString() }),
        );
        const template = job.spec?.["template"] as PodTemplateSpec | undefined;
        const labels = template?.metadata?.labels;
        const owner = { apiVersion: "batch/v1", kind: "Job", name, uid: job.metadata.uid, controller: true };
        this.#podNumber += 1;
        this.#api.add("pods", {
          metadata: { name: `${name}-${this.#podNumber}`, namespace: NAMESPACE, labels, ownerReferences: [owner] },
        });
        continue;
      }
      const ended = pods.find((pod) => !isLive(pod));
      if (ended === undefined && pods.length > 0) continue;
      const good = (ended?.status as PodStatus | undefined)?.phase === "Succeeded";
      finish(good ? "Complete" : "Failed", good ? "CompletionsReached" : "BackoffLimitExceeded");
    }
  }

  /** Dependants of what is gone go too, some time later. */
  collectGarbage(): void {
    const jobs = new Set(this.#api.list("jobs").map((job) => job.metadata.uid));
    for (const pod of this.#api.list("pods")) {
      if (!jobs.has(pod.metadata.ownerReferences?.[0]?.uid ?? "")) this.#api.remove("pods", pod.metadata.name);
    }
    const sessions = new Set(this.#api.list("agenticsessions").map((session) => session.metadata.uid));
    for (const job of this.#api.list("jobs")) {
      if (!sessions.has(job.metadata.ownerReferences?.[0]?.uid ?? "")) this.#api.remove("jobs", job.metadata.name);
    }
  }

  /** A kubelet: one stage forward for each pod, and out with those that are to go. */
  runNode(): void {
    for (const pod of this.#api.list("pods")) {
      const { name } = pod.metadata;
      const status = (pod.status ?? {}) as PodStatus;
      if (this.lost.has(pod.metadata.uid)) {
        // The node controller asks it to go; nobody is there to do it.
        this.#api.remove("pods", name);
        continue;
      }
      if (pod.metadata.deletionTimestamp !== undefined) {
        if (isLive(pod)) {
          if (status.phase === "Running") this.onStop(pod);
          this.#setPod(name, ended(143, "Error"));
        } else this.#api.remove("pods", name, 0);
        continue;
      }
      if (!isLive(pod)) continue;
      if (status.conditions === undefined) {
        this.#setPod(name, { phase: "Pending", conditions: [{ type: "PodScheduled", status: "True" }] });
      } else if (status.phase === "Pending" && this.imageMissing) {
        this.#setPod(name, {
          ...status,
          containerStatuses: [
            { name: "runner", state: { waiting: { reason: "ImagePullBackOff", message: "no such image" } } },
          ],
        });
      } else if (status.phase === "Pending") {
        const conditions = [
          { type: "PodScheduled", status: "True" },
          { type: "Ready", status: "True" },
        ];
        this.#setPod(name, {
          phase: "Running",
          conditions,
          podIP: "127.0.0.2",
          containerStatuses: [{ name: "runner", state: { running: {} } }],
        });
        this.onStart(pod);
      } else if (pod.metadata.labels?.[LABELS.handover] !== undefined) {
        const code = this.handOver();
        this.#setPod(name, ended(code, code === 0 ? "Completed" : "Error"));
      }
    }
  }

  #setPod(name: string, status: PodStatus): void {
    this.#api.change("pods", name, (pod) => (pod.status = status as Record<string, unknown>));
  }

  endPods(runner: { exitCode: number; reason: string } | undefined, pod: { reason?: string; message?: string }): void {
    for (const object of this.#api.list("pods")) {
      const status = (object.status ?? {}) as PodStatus;
      if (status.phase !== "Running") continue;
      this.#setPod(
        object.metadata.name,
        runner === undefined ? { phase: "Failed", ...pod } : ended(runner.exitCode, runner.reason),
      );
    }
  }
}

function ended(exitCode: number, reason: string): PodStatus {
  return {
    phase: exitCode === 0 ? "Succeeded" : "Failed",
    containerStatuses: [{ name: "runner", state: { terminated: { exitCode, reason } } }],
  };
}
