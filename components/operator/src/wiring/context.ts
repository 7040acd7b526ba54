// What all controllers are built from.
import type { McpServers } from "@pilothouse/contracts";
import type {
  Change,
  ControllerMetrics,
  EventRecorder,
  Informer,
  KubernetesClient,
  KubernetesObject,
  Logger,
  Secret,
  Stored,
} from "@pilothouse/kubernetes";
import { isDeepStrictEqual } from "node:util";
import type { Configuration } from "../configuration/configuration.ts";
import type { Registries } from "../configuration/registries.ts";
import type { ProjectSettingsObject } from "../resources/types.ts";
import type { SessionMetrics } from "../metrics/session-metrics.ts";
import type { TranscriptStore } from "../transcript/transcript-store.ts";
import type { Caches } from "./caches.ts";

export interface ControllerContext {
  readonly client: KubernetesClient;
  readonly caches: Caches;
  readonly configuration: Configuration;
  readonly registries: () => Promise<Registries>;
  readonly platformMcpServers: () => Promise<McpServers>;
  readonly configurationFiles: () => Promise<Readonly<Record<string, string>>>;
  readonly transcripts: TranscriptStore;
  readonly events: EventRecorder;
  readonly metrics: ControllerMetrics;
  readonly sessionMetrics: SessionMetrics;
  readonly logger: Logger;
  readonly now: () => number;
}

/** Subscribes to a cache for as long as the controllers run. */
export type Watch = <T extends KubernetesObject>(informer: Informer<T>, react: (change: Change<T>) => void) => void;

export const namespaceOf = (object: Stored<KubernetesObject>): string => object.metadata.namespace ?? "";

/** A namespace is a project's while it is labelled so and not on its way out. */
export function isManaged(caches: Caches, namespace: string): boolean {
  const object = caches.namespaces.get(namespace);
  return object !== undefined && object.metadata.deletionTimestamp === undefined;
}

/** The sum of a project's costs changes all the time, and matters to nobody but the controller that writes it. */
export function onlySpendingChanged(change: Change<ProjectSettingsObject>): boolean {
  if (change.type !== "updated") return false;
  const { object, previous } = change;
  if (object.metadata.generation !== previous.metadata.generation) return false;
  return isDeepStrictEqual({ ...object.status, spending: undefined }, { ...previous.status, spending: undefined });
}

/** Keys of a project's secret, each with a fingerprint of its value. */
export function keysOf(secrets: Informer<Secret>, namespace: string, name: string): Readonly<Record<string, string>> {
  return secrets.get(`${namespace}/${name}`)?.data ?? {};
}
