// What works on the API from inside: the controllers, and the node that runs pods as processes.
import path from "node:path";
import type { Logger } from "pino";
import type { ApiServer } from "./api-server.ts";
import { authenticatedUser } from "./auth/user.ts";
import { type Controllers, startControllers } from "./controllers/index.ts";
import { type ImageStore, type Kubelet, startKubelet } from "./kubelet/index.ts";

export interface WorkloadsOptions {
  readonly dataDir: string;
  readonly caPem: string;
  /** Without it there is no node: pods stay Pending. */
  readonly images: ImageStore | undefined;
  /** "none": plain processes even where bubblewrap would work. */
  readonly isolation: "auto" | "none";
  readonly hiddenPaths: readonly string[];
  readonly logger: Logger;
}

export interface Workloads {
  readonly kubelet: Kubelet | undefined;
  /** Ends the node: every pod gets SIGTERM and up to so many seconds. */
  stopPods(graceSeconds: number): Promise<void>;
  stop(): Promise<void>;
}

export const NODE_NAME = "local";

export async function startWorkloads(api: ApiServer, options: WorkloadsOptions): Promise<Workloads> {
  const { images, isolation, hiddenPaths, dataDir, caPem } = options;
  const logger = options.logger.child({ part: "workloads" });
  const transport = (name: string, ...groups: string[]) =>
    api.transport(authenticatedUser(name, [...groups, "system:masters"]));
  const controllers: Controllers = await startControllers({
    transport: transport("system:kube-controller-manager"),
    caPem,
    logger,
  });
  if (!images) return { kubelet: undefined, stopPods: async () => {}, stop: () => controllers.stop() };
  let kubelet: Kubelet;
  try {
    kubelet = await startKubelet({
      transport: transport(`system:node:${NODE_NAME}`, "system:nodes"),
      dataDir: path.join(dataDir, "node"),
      nodeName: NODE_NAME,
      images,
      apiServer: { host: "127.0.0.1", port: api.port },
      hiddenPaths,
      isolation,
      logger,
    });
  } catch (error) {
    await controllers.stop();
    throw error;
  }
  api.attachNode(kubelet.nodeAccess);
  return {
    kubelet,
    stopPods: (graceSeconds) => kubelet.stop(graceSeconds),
    stop: async () => {
      await kubelet.stop(0);
      await controllers.stop();
    },
  };
}
