/** What `kubectl exec`, `attach` and `port-forward` are connected with on this node. */
import { connect } from "node:net";
import { type Duplex, PassThrough, Readable } from "node:stream";
import { KubernetesError } from "@pilothouse/kubernetes";
import type { PodStreams } from "../api/node-access.ts";
import { readLogs } from "./logs/log-reader.ts";
import type { ContainerRun } from "./pod/container-run.ts";
import type { NodePlaces } from "./pod/pod-services.ts";
import type { PodWorker } from "./pod/pod-worker.ts";

export interface Subject {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

export function execInContainer(
  worker: PodWorker | undefined,
  subject: Subject,
  command: readonly string[],
  options: { readonly terminal: boolean },
): PodStreams {
  const running = runningContainer(worker, subject).run.process.open(command, options);
  if (running === undefined) throw notRunning(subject);
  const { stdin, stdout, stderr, exited } = running;
  return { stdin, stdout, stderr, exited, end: () => running.kill() };
}

/** Containers here have no standard input, and their two outputs are one log: both are shown as the first of them. */
export function attachToContainer(
  worker: PodWorker | undefined,
  subject: Subject,
  places: NodePlaces,
  now: Date,
): PodStreams {
  const { run, worker: its, restartCount } = runningContainer(worker, subject);
  const ending = new AbortController();
  const options = { follow: true, tailLines: 0, signal: ending.signal };
  const path = places.logFile(its.pod, subject.container, restartCount);
  return {
    stdin: undefined,
    stdout: Readable.from(readLogs(path, options, now, run.log)),
    stderr: PassThrough.from([]),
    exited: run.ended.then(({ exitCode }) => exitCode),
    end: () => ending.abort(),
  };
}

export function dialPod(
  worker: PodWorker | undefined,
  { namespace, pod }: Omit<Subject, "container">,
  port: number,
): Duplex {
  const host = worker?.podIP;
  if (host === undefined) throw problem(`pod ${namespace}/${pod} does not run on this node`);
  const socket = connect({ host, port, allowHalfOpen: true, noDelay: true });
  return socket;
}

function runningContainer(
  worker: PodWorker | undefined,
  subject: Subject,
): { readonly worker: PodWorker; readonly run: ContainerRun; readonly restartCount: number } {
  const record = worker?.records.find(({ spec }) => spec.name === subject.container);
  const run = record === undefined ? undefined : worker?.runOf(record);
  if (worker === undefined || record === undefined || run === undefined) throw notRunning(subject);
  return { worker, run, restartCount: record.restartCount };
}

function notRunning({ container }: Subject): KubernetesError {
  return problem(`container not found (${JSON.stringify(container)})`);
}

function problem(message: string): KubernetesError {
  return new KubernetesError({ status: 500, reason: "InternalError", message });
}
