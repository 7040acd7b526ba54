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
export { backoffDelay, pause, type BackoffOptions } from "./backoff.ts";
export * from "./controller/controller.ts";
export { WorkQueue, type QueueObserver, type WorkQueueOptions } from "./controller/work-queue.ts";
export { EventRecorder, type EventRecorderOptions, type RecordedEvent } from "./events/event-recorder.ts";
export { Informer, type Change, type InformerOptions, type Subscriber } from "./informer/informer.ts";
export { Reflector, type ReflectorOptions, type ReflectorSink, type Selection } from "./informer/reflector.ts";
export { Store, type Indexer, type Indexers } from "./informer/store.ts";
export { LeadershipLostError, runAsLeader, type LeaderElectionOptions } from "./leader/leader-election.ts";
export { silentLogger, type Logger } from "./logger.ts";
export {
  createControllerMetrics,
  type ControllerMetrics,
  type ReconcileOutcome,
} from "./metrics/controller-metrics.ts";
export { measureTransport } from "./metrics/measured-transport.ts";
