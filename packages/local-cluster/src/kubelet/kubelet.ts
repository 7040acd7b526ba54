/** The node: takes the pods that are bound to it, gives each a worker, and tells the workers of all that concerns them. */
import { mkdirSync } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import {
  type Change,
  type ConfigMap,
  configMaps,
  EventRecorder,
  Informer,
  isConflict,
  isNotFound,
  KubernetesClient,
  type KubernetesObject,
  type Logger,
  pause,
  persistentVolumeClaims,
  type Pod,
  pods,
  type ResourceType,
  type Secret,
  secrets,
  silentLogger,
  type Stored,
  type Transport,
} from "@pilothouse/kubernetes";
import type { NodeAccess } from "../api/node-access.ts";
import { AddressAllocator } from "./addresses.ts";
import { ClaimDirectories } from "./claims.ts";
import { nodeCapacity, NodeHeartbeat } from "./node-heartbeat.ts";
import { containerLogs } from "./node-logs.ts";
import { attachToContainer, dialPod, execInContainer } from "./node-streams.ts";
import { ApiObjectSource } from "./object-source.ts";
import { type KubeletPlaces, kubeletPlaces } from "./places.ts";
import type { ImageStore } from "./pod/images.ts";
import type { PodServices } from "./pod/pod-services.ts";
import { type Ending, PodWorker } from "./pod/pod-worker.ts";
import { startSlots } from "./pod/start-slots.ts";
import { detectRuntime } from "./process/index.ts";
import { LeftOvers } from "./process/left-overs.ts";
import { recover } from "./recover.ts";
import { StatusWriter } from "./status-writer.ts";

export interface KubeletOptions {
  readonly transport: Transport;
  /** The kubelet's own: pods, volumes, logs. */
  readonly dataDir: string;
  readonly nodeName: string;
  readonly images: ImageStore;
  /** What pods are told of the API server, as KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT. */
  readonly apiServer: { readonly host: string; readonly port: number };
  /** Hidden from containers even where an image shows a directory around them. Default: `dataDir`. */
  readonly hiddenPaths?: readonly string[];
  /** "none": plain processes even where bubblewrap would work. Default "auto". */
  readonly isolation?: "auto" | "none";
  readonly logRotation?: { readonly maxFileBytes: number; readonly maxFiles: number };
  readonly logger?: Logger;
  readonly now?: () => number;
}

export interface Kubelet {
  /** "none" means that pods can see each other's files and this user's: worth a warning. */
  readonly isolation: "bubblewrap" | "none";
  readonly memoryLimits: "cgroup" | "polling";
  readonly nodeAccess: NodeAccess;
  /** Ends every pod's processes, with SIGTERM and up to `graceSeconds`, and then itself. No process is left. */
  stop(graceSeconds?: number): Promise<void>;
}

const NODE_ADDRESS = "127.0.0.1";
const RUNTIME_VERSION = "pilothouse://0.1.0";
const DEFAULT_ROTATION = { maxFileBytes: 10 * 1024 * 1024, maxFiles: 5 };
const SHUTDOWN = { reason: "Terminated", message: "Pod was terminated in response to imminent node shutdown." };
const LOST = { reason: "NodeShutdown", message: "Pod was terminated because the node was restarted" };

export async function startKubelet(options: KubeletOptions): Promise<Kubelet> {
  const node = new KubeletNode(options);
  await node.start();
  return node;
}

class KubeletNode implements Kubelet {
  isolation: "bubblewrap" | "none" = "none";
  memoryLimits: "cgroup" | "polling" = "polling";
  readonly nodeAccess: NodeAccess;
  readonly #options: KubeletOptions;
  readonly #logger: Logger;
  readonly #now: () => number;
  readonly #client: KubernetesClient;
  readonly #places: KubeletPlaces;
  readonly #recorder: EventRecorder;
  readonly #heartbeat: NodeHeartbeat;
  readonly #capacity: Readonly<Record<string, string>>;
  readonly #allocator: AddressAllocator;
  readonly #workers = new Map<string, PodWorker>();
  readonly #pods: Informer<Pod>;
  readonly #claims: ClaimDirectories;
  readonly #running: Promise<void>[] = [];
  /** Ends watches and heartbeats. */
  readonly #watching = new AbortController();
  /** Ends writes of statuses and events, after the last of them. */
  readonly #writing = new AbortController();
  #services: PodServices | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: KubeletOptions) {
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
    this.#now = options.now ?? Date.now;
    const { nodeName, transport } = options;
    this.#client = new KubernetesClient({ transport, userAgent: "kubelet" });
    this.#places = kubeletPlaces(options.dataDir);
    this.#recorder = new EventRecorder({
      client: this.#client,
      component: "kubelet",
      instance: nodeName,
      logger: this.#logger,
    });
    mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
    this.#capacity = nodeCapacity(options.dataDir);
    const description = {
      name: nodeName,
      address: NODE_ADDRESS,
      runtimeVersion: RUNTIME_VERSION,
      capacity: this.#capacity,
      now: this.#now,
    };
    this.#heartbeat = new NodeHeartbeat(this.#client, description, this.#logger);
    this.#allocator = new AddressAllocator(options.dataDir);
    this.#pods = this.#informer(pods, { fieldSelector: `spec.nodeName=${nodeName}` });
    const claims = this.#informer(persistentVolumeClaims);
    claims.subscribe((change) => {
      if (change.type !== "deleted") return;
      this.#claims
        .reclaim()
        .catch((error: unknown) => this.#logger.warn({ error }, "deleted claims could not be reclaimed"));
    });
    this.#claims = new ClaimDirectories(
      this.#places.claims,
      claims,
      (namespace, claim) => this.#usesClaim(namespace, claim),
      this.#logger,
    );
    this.#own(claims.run(this.#watching.signal));
    this.#own(claims.synced(this.#watching.signal).then(() => this.#claims.reclaim()));
    this.nodeAccess = {
      logs: (namespace, pod, container, logOptions, signal) =>
        containerLogs(
          this.#worker(namespace, pod),
          { namespace, pod, container },
          logOptions,
          this.#places,
          new Date(this.#now()),
          signal,
        ),
      exec: (namespace, pod, container, command, how) =>
        execInContainer(this.#worker(namespace, pod), { namespace, pod, container }, command, how),
      attach: (namespace, pod, container) =>
        attachToContainer(
          this.#worker(namespace, pod),
          { namespace, pod, container },
          this.#places,
          new Date(this.#now()),
        ),
      dial: (namespace, pod, port) => dialPod(this.#worker(namespace, pod), { namespace, pod }, port),
    };
  }

  #informer<T extends KubernetesObject>(resource: ResourceType<T>, selection?: { fieldSelector: string }): Informer<T> {
    return new Informer({ client: this.#client, resource, selection, logger: this.#logger });
  }

  #own(work: Promise<void>): void {
    this.#running.push(
      work.catch((error: unknown) => {
        if (!this.#watching.signal.aborted) this.#logger.error({ error }, "a part of the kubelet has failed");
      }),
    );
  }

  async start(): Promise<void> {
    const { signal } = this.#watching;
    const { isolation = "auto", nodeName, images, apiServer, dataDir, logRotation = DEFAULT_ROTATION } = this.#options;
    for (const directory of [dataDir, this.#places.memory]) await mkdir(directory, { recursive: true, mode: 0o700 });
    const leftOvers = new LeftOvers(this.#places.processes);
    const [detected] = await Promise.all([
      detectRuntime(isolation),
      leftOvers.kill(),
      this.#heartbeat.register(signal),
    ]);
    this.isolation = detected.runtime.isolation;
    this.memoryLimits = detected.memoryLimits;
    this.#services = {
      nodeName,
      hostIP: NODE_ADDRESS,
      allocatable: this.#capacity,
      serviceEnvironment: serviceEnvironment(apiServer),
      hiddenPaths: this.#options.hiddenPaths ?? [dataDir],
      logRotation,
      images,
      runtime: leftOvers.recording(detected.runtime),
      source: new ApiObjectSource(this.#client),
      allocator: this.#allocator,
      places: this.#places,
      starts: startSlots(),
      statuses: new StatusWriter(this.#client, this.#logger, this.#writing.signal),
      logger: this.#logger,
      now: this.#now,
      event: (pod, event) => this.#recorder.record(pods, pod, event),
      remove: (pod) => this.#remove(pod),
    };
    this.#own(this.#recorder.run(this.#writing.signal));
    this.#own(this.#heartbeat.run(signal));
    this.#own(this.#pods.run(signal));
    await this.#pods.synced(signal);
    await this.#sweep();
    this.#pods.subscribe((change) => this.#podChanged(change));
    this.#watchObjects(secrets, "secret");
    this.#watchObjects(configMaps, "configMap");
  }

  /** Directories of pods that are gone, and every directory of a former life: no process of it is left. */
  async #sweep(): Promise<void> {
    const present = new Set(this.#pods.list().map(({ metadata }) => metadata.uid));
    for (const { metadata, status } of this.#pods.list()) {
      for (const { ip } of status?.podIPs ?? []) this.#allocator.reserve(ip, metadata.uid);
    }
    const stale = async (directory: string, uidOf: (name: string) => string) => {
      for (const name of await readdir(directory).catch(() => [])) {
        if (!present.has(uidOf(name))) await rm(join(directory, name), { recursive: true, force: true });
      }
    };
    await stale(this.#places.pods, (name) => name);
    await stale(this.#places.memory, (name) => name);
    await stale(this.#places.logs, (name) => name.split("_")[2] ?? "");
    await Promise.all(
      [...present].map((uid) =>
        rm(join(this.#places.podDirectory(uid), "containers"), { recursive: true, force: true }),
      ),
    );
  }

  /** Nothing is kept of these objects: only that they have changed, and for whom that matters. */
  #watchObjects(resource: ResourceType<Secret> | ResourceType<ConfigMap>, kind: "secret" | "configMap"): void {
    const informer = new Informer<Secret | ConfigMap>({
      client: this.#client,
      resource,
      logger: this.#logger,
      transform: ({ metadata: { name, namespace, uid, resourceVersion } }) => ({
        metadata: { name, namespace, uid, resourceVersion },
      }),
    });
    this.#own(informer.run(this.#watching.signal));
    informer.subscribe(({ object: { metadata } }) => {
      for (const worker of this.#workers.values()) {
        if (worker.pod.metadata.namespace === metadata.namespace) worker.objectChanged(kind, metadata.name);
      }
    });
  }

  #podChanged({ type, object }: Change<Pod>): void {
    if (this.#stopping) return;
    const worker = this.#workers.get(object.metadata.uid);
    if (type === "deleted") {
      if (worker) this.#forget(worker);
    } else if (worker) {
      worker.update(object);
    } else if (this.#services) {
      this.#adopt(object, this.#services);
    }
  }

  #adopt(pod: Stored<Pod>, services: PodServices): void {
    const recovery = recover(pod, this.#now());
    const worker = new PodWorker(pod, services, recovery.type === "fresh" ? undefined : recovery.records);
    this.#workers.set(worker.uid, worker);
    switch (recovery.type) {
      case "fresh":
      case "restart":
        worker.start();
        break;
      case "over":
        worker.adopt(recovery.outcome);
        break;
      case "conclude":
        worker.conclude(recovery.outcome);
        break;
      case "lost":
        this.#recorder.record(pods, pod, { type: "Warning", ...LOST });
        worker.conclude("Failed", LOST.reason, LOST.message);
        break;
    }
  }

  #forget(worker: PodWorker): void {
    worker.objectGone();
    const cleanUp = async () => {
      await worker.over;
      this.#workers.delete(worker.uid);
      this.#allocator.release(worker.uid);
      this.#services?.statuses.forget(worker.uid);
      await rm(this.#places.podLogs(worker.pod), { recursive: true, force: true });
      await this.#claims.reclaim();
    };
    cleanUp().catch((error: unknown) =>
      this.#logger.warn({ error, pod: worker.uid }, "what a pod left could not be removed"),
    );
  }

  async #remove(pod: Stored<Pod>): Promise<void> {
    const { namespace, name, uid } = pod.metadata;
    for (let retry = 100; !this.#writing.signal.aborted; retry = Math.min(retry * 2, 5000)) {
      try {
        const signal = this.#writing.signal;
        await this.#client.delete(pods, { namespace, name }, { gracePeriodSeconds: 0, preconditions: { uid }, signal });
        return;
      } catch (error) {
        if (isNotFound(error) || isConflict(error)) return;
        await pause(retry, this.#writing.signal);
      }
    }
  }

  /** The youngest of that name: an older one may still be ending. */
  #worker(namespace: string, name: string): PodWorker | undefined {
    return [...this.#workers.values()].findLast(
      ({ pod: { metadata } }) => metadata.namespace === namespace && metadata.name === name,
    );
  }

  #usesClaim(namespace: string, claim: string): boolean {
    return this.#workers.values().some(({ pod }) => {
      const volumes = pod.spec?.volumes ?? [];
      return (
        pod.metadata.namespace === namespace &&
        volumes.some(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === claim)
      );
    });
  }

  stop(graceSeconds = 30): Promise<void> {
    this.#stopping ??= this.#stop(graceSeconds);
    return this.#stopping;
  }

  async #stop(graceSeconds: number): Promise<void> {
    const workers = [...this.#workers.values()];
    for (const worker of workers) {
      // A pod that may be restarted is left to the next start of the node; another one has lost what it was doing.
      const final: Ending["outcome"] = worker.pod.spec?.restartPolicy === "Never" ? "Failed" : "leave";
      const grace = Math.min(graceSeconds, worker.pod.spec?.terminationGracePeriodSeconds ?? graceSeconds);
      worker.end({ graceSeconds: grace, outcome: final, ...(final === "Failed" ? SHUTDOWN : {}) });
    }
    await Promise.all(workers.map((worker) => worker.over));
    await this.#heartbeat.markStopped(AbortSignal.timeout(2000)).catch((error: unknown) => {
      this.#logger.warn({ error }, "the node could not be marked as stopped");
    });
    this.#watching.abort();
    this.#writing.abort();
    await Promise.all(this.#running);
    // Secrets of pods that go on later are written anew then; meanwhile nobody needs them.
    await rm(this.#places.memory, { recursive: true, force: true });
  }
}

function serviceEnvironment({ host, port }: KubeletOptions["apiServer"]): Record<string, string> {
  const tcp = `tcp://${host}:${port}`;
  return {
    KUBERNETES_SERVICE_HOST: host,
    KUBERNETES_SERVICE_PORT: String(port),
    KUBERNETES_SERVICE_PORT_HTTPS: String(port),
    KUBERNETES_PORT: tcp,
    [`KUBERNETES_PORT_${port}_TCP`]: tcp,
    [`KUBERNETES_PORT_${port}_TCP_PROTO`]: "tcp",
    [`KUBERNETES_PORT_${port}_TCP_PORT`]: String(port),
    [`KUBERNETES_PORT_${port}_TCP_ADDR`]: host,
  };
}
