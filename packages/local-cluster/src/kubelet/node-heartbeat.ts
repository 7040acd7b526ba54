/** The Node object of this machine, and the lease that says that it lives. */
import { statfsSync } from "node:fs";
import { availableParallelism, hostname, release, totalmem } from "node:os";
import {
  defineResource,
  isConflict,
  type KubernetesClient,
  type Lease,
  type Logger,
  nodes,
  pause,
  type PodCondition,
} from "@pilothouse/kubernetes";
import { time } from "./pod/pod-status.ts";

const leases = defineResource<Lease>({
  group: "coordination.k8s.io",
  version: "v1",
  plural: "leases",
  kind: "Lease",
  namespaced: true,
});

const LEASE_NAMESPACE = "kube-node-lease";
const LEASE_SECONDS = 40;
const RENEW_MILLISECONDS = 10_000;
/** With an unchanged status, so often, as the kubelet does. */
const STATUS_MILLISECONDS = 300_000;
const MAXIMUM_PODS = 1000;

export interface NodeDescription {
  readonly name: string;
  readonly address: string;
  readonly runtimeVersion: string;
  readonly capacity: Readonly<Record<string, string>>;
  readonly now: () => number;
}

/** In a container it may be less than the machine has. */
function memoryBytes(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/** @param directory where pods keep their data: its disk is the node's */
export function nodeCapacity(directory: string): Record<string, string> {
  const { blocks, bsize } = statfsSync(directory);
  return {
    cpu: String(availableParallelism()),
    memory: `${Math.floor(memoryBytes() / 1024)}Ki`,
    "ephemeral-storage": `${Math.floor((blocks * bsize) / 1024)}Ki`,
    pods: String(MAXIMUM_PODS),
  };
}

export class NodeHeartbeat {
  readonly #client: KubernetesClient;
  readonly #node: NodeDescription;
  readonly #logger: Logger;

  constructor(client: KubernetesClient, node: NodeDescription, logger: Logger) {
    this.#client = client;
    this.#node = node;
    this.#logger = logger;
  }

  /** Makes the node known and ready. */
  async register(signal: AbortSignal): Promise<void> {
    const { name } = this.#node;
    const existing = await this.#client.find(nodes, { name }, { signal });
    if (!existing) {
      const labels = {
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": process.platform,
        "kubernetes.io/arch": process.arch === "x64" ? "amd64" : process.arch,
      };
      await this.#client.create(nodes, { metadata: { name, labels }, spec: {} }, { signal });
    }
    await this.#writeStatus(existing?.status?.conditions ?? [], true, signal);
    await this.#renew(signal);
  }

  async run(signal: AbortSignal): Promise<void> {
    let statusAt = this.#node.now();
    while (!signal.aborted) {
      await pause(RENEW_MILLISECONDS, signal);
      if (signal.aborted) return;
      try {
        await this.#renew(signal);
        if (this.#node.now() - statusAt < STATUS_MILLISECONDS) continue;
        statusAt = this.#node.now();
        const node = await this.#client.find(nodes, { name: this.#node.name }, { signal });
        if (node) await this.#writeStatus(node.status?.conditions ?? [], true, signal);
        else await this.register(signal);
      } catch (error) {
        if (!signal.aborted)
          this.#logger.warn({ error, node: this.#node.name }, "the node's heartbeat could not be written");
      }
    }
  }

  /** Says that nothing runs here any more. */
  async markStopped(signal: AbortSignal): Promise<void> {
    const node = await this.#client.find(nodes, { name: this.#node.name }, { signal });
    if (node) await this.#writeStatus(node.status?.conditions ?? [], false, signal);
  }

  async #writeStatus(known: readonly PodCondition[], ready: boolean, signal: AbortSignal): Promise<void> {
    const { name, address, runtimeVersion, capacity, now } = this.#node;
    const at = time(now());
    const condition = (type: string, status: "True" | "False", reason: string, message: string) => {
      const before = known.find((each) => each.type === type);
      const since = before?.status === status ? before.lastTransitionTime : at;
      return { type, status, reason, message, lastHeartbeatTime: at, lastTransitionTime: since };
    };
    const status = {
      capacity,
      allocatable: capacity,
      addresses: [
        { type: "InternalIP", address },
        { type: "Hostname", address: hostname() },
      ],
      nodeInfo: {
        kubeletVersion: "v1.33.0-pilothouse",
        kubeProxyVersion: "",
        containerRuntimeVersion: runtimeVersion,
        operatingSystem: process.platform,
        architecture: process.arch === "x64" ? "amd64" : process.arch,
        kernelVersion: release(),
        osImage: "this machine",
        machineID: "",
        systemUUID: "",
        bootID: "",
      },
      conditions: [
        condition("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
        condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
        condition("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
        ready
          ? condition("Ready", "True", "KubeletReady", "kubelet is posting ready status")
          : condition("Ready", "False", "KubeletNotReady", "node is shutting down"),
      ],
    };
    await this.#client.patch(nodes, { name }, { type: "merge", body: { status } }, { subresource: "status", signal });
  }

  async #renew(signal: AbortSignal): Promise<void> {
    const { name, now } = this.#node;
    const key = { namespace: LEASE_NAMESPACE, name };
    const renewTime = `${new Date(now()).toISOString().slice(0, -1)}000Z`;
    const spec = { holderIdentity: name, leaseDurationSeconds: LEASE_SECONDS, renewTime };
    const existing = await this.#client.find(leases, key, { signal });
    try {
      if (existing) await this.#client.patch(leases, key, { type: "merge", body: { spec } }, { signal });
      else await this.#client.create(leases, { metadata: key, spec }, { signal });
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
  }
}
