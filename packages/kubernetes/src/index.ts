// A small controller runtime: what everything that talks to a Kubernetes API stands on.
export * from "./client/client.ts";
export * from "./client/options.ts";
export { DEFAULT_RETRY, NO_RETRY, type RetryPolicy } from "./client/retry.ts";
export { collectionPath, objectPath } from "./client/paths.ts";
export type { WatchEvent } from "./client/watch-event.ts";
export * from "./config/connect.ts";
export type { Connection } from "./config/connection.ts";
export { loadInCluster, SERVICE_ACCOUNT_FOLDER, type InClusterOptions } from "./config/in-cluster.ts";
export { loadKubeconfig, parseKubeconfig, type LoadKubeconfigOptions } from "./config/kubeconfig.ts";
export { staticToken, tokenFromFile, type TokenSource } from "./config/token-source.ts";
export * from "./errors.ts";
export * from "./resources/index.ts";
export * from "./transport/transport.ts";
export { createUndiciTransport, type UndiciTransportOptions } from "./transport/undici-transport.ts";
