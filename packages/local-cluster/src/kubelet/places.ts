/** Where the kubelet keeps what: one function per kind of thing, all below the data directory or in memory. */
import { createHash } from "node:crypto";
import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import type { Pod, Stored } from "@pilothouse/kubernetes";
import type { NodePlaces } from "./pod/pod-services.ts";

export interface KubeletPlaces extends NodePlaces {
  readonly pods: string;
  readonly memory: string;
  readonly claims: string;
  readonly logs: string;
  readonly processes: string;
  podLogs(pod: Stored<Pod>): string;
}

export function kubeletPlaces(dataDir: string): KubeletPlaces {
  const pods = join(dataDir, "pods");
  const claims = join(dataDir, "volumes");
  const logs = join(dataDir, "logs");
  const memory = inMemory()
    ? join("/dev/shm", `pilothouse-${createHash("sha256").update(dataDir).digest("hex").slice(0, 16)}`)
    : join(dataDir, "memory");
  const podLogs = (pod: Stored<Pod>) =>
    join(logs, `${pod.metadata.namespace ?? ""}_${pod.metadata.name}_${pod.metadata.uid}`);
  return {
    pods,
    memory,
    claims,
    logs,
    processes: join(dataDir, "processes"),
    podLogs,
    podDirectory: (uid) => join(pods, uid),
    memoryDirectory: (uid) => join(memory, uid),
    claimDirectory: (namespace, name, uid) => join(claims, `${namespace}_${name}_${uid}`),
    logFile: (pod, container, restartCount) => join(podLogs(pod), container, `${restartCount}.log`),
  };
}

function inMemory(): boolean {
  try {
    accessSync("/dev/shm", constants.W_OK | constants.X_OK);
    return process.platform === "linux";
  } catch {
    return false;
  }
}
