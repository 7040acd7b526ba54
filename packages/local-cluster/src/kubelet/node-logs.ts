/** Finds the log that `kubectl logs` asks for: the container's present run, or the one before. */
import { access } from "node:fs/promises";
import { KubernetesError } from "@pilothouse/kubernetes";
import type { LogOptions } from "../api/node-access.ts";
import { type LogOptions as ReadOptions, readLogs } from "./logs/log-reader.ts";
import type { ContainerRecord } from "./pod/container-record.ts";
import type { NodePlaces } from "./pod/pod-services.ts";
import type { PodWorker } from "./pod/pod-worker.ts";

/** Throws a KubernetesError in the kubelet's words when there is no such log. */
export async function* containerLogs(
  worker: PodWorker | undefined,
  subject: { readonly namespace: string; readonly pod: string; readonly container: string },
  options: LogOptions,
  places: NodePlaces,
  now: Date,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  const { namespace, pod, container } = subject;
  if (!worker) throw problem(404, "NotFound", `pods "${pod}" not found`);
  const record = worker.records.find(({ spec }) => spec.name === container);
  if (!record) throw problem(400, "BadRequest", `container ${container} is not valid for pod ${pod}`);
  const run = worker.runOf(record);
  const wanted = runNumber(record, run !== undefined, options.previous);
  const path = places.logFile(worker.pod, container, wanted);
  const exists = await access(path).then(
    () => true,
    () => false,
  );
  if (!exists && !(run && !options.previous)) {
    if (options.previous) {
      throw problem(
        400,
        "BadRequest",
        `previous terminated container ${JSON.stringify(container)} in pod ${JSON.stringify(pod)} not found`,
      );
    }
    const reason = record.phase.type === "waiting" ? record.phase.reason : "ContainerCreating";
    if (record.phase.type !== "terminated") {
      throw problem(
        400,
        "BadRequest",
        `container ${JSON.stringify(container)} in pod ${JSON.stringify(pod)} is waiting to start: ${reason}`,
      );
    }
    throw problem(404, "NotFound", `the log of container ${container} of pod ${namespace}/${pod} is not kept any more`);
  }
  const read: ReadOptions = {
    follow: options.follow,
    timestamps: options.timestamps,
    tailLines: options.tailLines,
    sinceSeconds: options.sinceSeconds,
    sinceTime: options.sinceTime?.toISOString(),
    limitBytes: options.limitBytes,
    signal,
  };
  yield* readLogs(path, read, now, options.previous ? undefined : run?.log);
}

/** Logs are numbered by restarts. A container that waits for its restart shows the run that has ended, as in Kubernetes. */
function runNumber(record: ContainerRecord, running: boolean, previous: boolean): number {
  if (!previous) return record.restartCount;
  return running || record.phase.type === "terminated" ? record.restartCount - 1 : record.restartCount;
}

function problem(status: number, reason: string, message: string): KubernetesError {
  return new KubernetesError({ status, reason, message });
}
