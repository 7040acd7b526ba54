// From a connection, or from "whatever this process has", to a client.
import { KubernetesClient, type KubernetesClientOptions } from "../client/client.ts";
import { createUndiciTransport } from "../transport/undici-transport.ts";
import type { Connection } from "./connection.ts";
import { loadInCluster } from "./in-cluster.ts";
import { loadKubeconfig } from "./kubeconfig.ts";

export type ConnectOptions = Omit<KubernetesClientOptions, "transport" | "token">;

export function connect(connection: Connection, options: ConnectOptions = {}): KubernetesClient {
  return new KubernetesClient({
    ...options,
    transport: createUndiciTransport(connection.transport),
    token: connection.token,
  });
}

/** The kubeconfig when one is named, else the pod's own service account. */
export async function loadConnection(kubeconfig: string | undefined): Promise<Connection> {
  return kubeconfig === undefined || kubeconfig === "" ? loadInCluster() : loadKubeconfig(kubeconfig);
}
