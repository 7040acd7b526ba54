// A cluster with a node for tests of what runs on it: real API, real processes, images that are /bin/sh.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Container,
  type ContainerStatus,
  coreEvents,
  isNotFound,
  KubernetesClient,
  type Logger,
  type Pod,
  pods,
  type PodSpec,
  serviceAccounts,
  type Stored,
} from "@pilothouse/kubernetes";
import { type LocalCluster, startLocalCluster } from "../../src/index.ts";
import { type ImageStore, type Kubelet, type KubeletOptions, startKubelet } from "../../src/kubelet/index.ts";

/** `shell` runs what the container's args say; `node` runs this Node. Others are unknown. */
export const testImages: ImageStore = {
  resolve: (image) => {
    if (image === "shell") return { entrypoint: ["/bin/sh", "-c"], hostPaths: [] };
    if (image === "node") return { entrypoint: [process.execPath, "-e"], hostPaths: [] };
    return undefined;
  },
};

/** Problems are part of a test's output; the rest is not. */
export const testLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: (fields, message) => console.warn(message, fields),
  error: (fields, message) => console.error(message, fields),
};

export const NODE_NAME = "local";

export class TestNode {
  readonly directory: string;
  readonly #options: Partial<KubeletOptions>;
  #cluster: LocalCluster | undefined;
  #kubelet: Kubelet | undefined;
  #client: KubernetesClient | undefined;

  private constructor(directory: string, options: Partial<KubeletOptions>) {
    this.directory = directory;
    this.#options = options;
  }

  static async start(options: Partial<KubeletOptions> = {}): Promise<TestNode> {
    const node = new TestNode(await mkdtemp(join(tmpdir(), "pilothouse-node-")), options);
    await node.startCluster();
    await node.startKubelet();
    return node;
  }

  async startCluster(): Promise<void> {
    this.#cluster = await startLocalCluster({ dataDir: join(this.directory, "cluster") });
    this.#client = new KubernetesClient({
      transport: this.#cluster.inProcess({ name: "test", groups: ["system:masters"] }),
    });
    // The controllers make it, a moment after the namespace is there.
    while (!(await this.client.find(serviceAccounts, { namespace: "default", name: "default" }))) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async startKubelet(): Promise<void> {
    this.#kubelet = await startKubelet({
      transport: this.cluster.inProcess({
        name: `system:node:${NODE_NAME}`,
        groups: ["system:nodes", "system:masters"],
      }),
      dataDir: join(this.directory, "kubelet"),
      nodeName: NODE_NAME,
      images: testImages,
      apiServer: { host: "127.0.0.1", port: this.cluster.port },
      logger: testLogger,
      ...this.#options,
    });
  }

  get cluster(): LocalCluster {
    if (!this.#cluster) throw new Error("the test's cluster is not started");
    return this.#cluster;
  }

  get kubelet(): Kubelet {
    if (!this.#kubelet) throw new Error("the test's kubelet is not started");
    return this.#kubelet;
  }

  get client(): KubernetesClient {
    if (!this.#client) throw new Error("the test's cluster is not started");
    return this.#client;
  }

  async run(name: string, spec: Partial<PodSpec>, metadata: Pod["metadata"] = {}): Promise<Stored<Pod>> {
    return this.client.create(pods, {
      metadata: { name, namespace: "default", ...metadata },
      spec: {
        nodeName: NODE_NAME,
        restartPolicy: "Never",
        automountServiceAccountToken: false,
        terminationGracePeriodSeconds: 5,
        containers: [],
        ...spec,
      },
    });
  }

  async get(name: string): Promise<Stored<Pod> | undefined> {
    return this.client.find(pods, { namespace: "default", name });
  }

  /** Waits for a state of the pod, by watching it. */
  async until(name: string, condition: (pod: Stored<Pod>) => boolean, seconds = 10): Promise<Stored<Pod>> {
    const signal = AbortSignal.timeout(seconds * 1000);
    const selection = { namespace: "default", fieldSelector: `metadata.name=${name}` };
    let last: Stored<Pod> | undefined;
    try {
      const list = await this.client.list(pods, { ...selection, signal });
      for (last of list.items) if (condition(last)) return last;
      const options = { ...selection, resourceVersion: list.metadata.resourceVersion, signal };
      for await (const event of this.client.watch(pods, options)) {
        if (event.type === "BOOKMARK") continue;
        last = event.object;
        if (event.type !== "DELETED" && condition(last)) return last;
      }
    } catch (error) {
      throw new Error(
        `pod ${name} did not come into the expected state: ${JSON.stringify(last?.status, undefined, 1)}`,
        { cause: error },
      );
    }
    throw new Error(`the watch of pod ${name} ended`);
  }

  async finished(name: string, seconds = 10): Promise<Stored<Pod>> {
    return this.until(name, ({ status }) => status?.phase === "Succeeded" || status?.phase === "Failed", seconds);
  }

  async gone(name: string, seconds = 10): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    while ((await this.get(name)) !== undefined) {
      if (Date.now() > deadline) throw new Error(`pod ${name} is still there: ${JSON.stringify(await this.get(name))}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async delete(name: string, gracePeriodSeconds?: number): Promise<void> {
    await this.client.delete(pods, { namespace: "default", name }, { gracePeriodSeconds }).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
  }

  async logs(
    pod: string,
    container: string,
    options: { previous?: boolean; follow?: boolean; tailLines?: number } = {},
  ): Promise<string> {
    const chunks: Uint8Array[] = [];
    const asked = {
      follow: options.follow ?? false,
      previous: options.previous ?? false,
      timestamps: false,
      tailLines: options.tailLines,
      sinceSeconds: undefined,
      sinceTime: undefined,
      limitBytes: undefined,
    };
    const signal = AbortSignal.timeout(10_000);
    for await (const chunk of this.kubelet.nodeAccess.logs("default", pod, container, asked, signal))
      chunks.push(chunk);
    return Buffer.concat(chunks).toString("utf8");
  }

  async events(pod: string): Promise<string[]> {
    const list = await this.client.list(coreEvents, { namespace: "default" });
    return list.items
      .filter(({ involvedObject }) => involvedObject.name === pod)
      .map(({ type, reason, message }) => `${type} ${reason}: ${message}`);
  }

  async stop(): Promise<void> {
    await this.#kubelet?.stop(1);
    await this.#cluster?.stop();
    await rm(this.directory, { recursive: true, force: true });
  }
}

export function shell(script: string, more: Partial<Container> = {}): Container {
  return { name: "main", image: "shell", args: [script], ...more };
}

export function statusOf(pod: Stored<Pod>, container: string): ContainerStatus {
  const all = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const found = all.find(({ name }) => name === container);
  if (!found)
    throw new Error(`pod ${pod.metadata.name} has no status of container ${container}: ${JSON.stringify(pod.status)}`);
  return found;
}

export function conditionOf(pod: Stored<Pod>, type: string): string {
  return pod.status?.conditions?.find((condition) => condition.type === type)?.status ?? "absent";
}

/** Processes of this machine whose command line holds the text. */
export function processesWith(text: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && existsSync(`/proc/${name}/cmdline`))
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, "utf8").includes(text);
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** A number of seconds that no other process sleeps: a mark to find a test's processes by. */
export function uniqueSleep(): string {
  return `${7_000_000 + Math.floor(Math.random() * 900_000)}`;
}
