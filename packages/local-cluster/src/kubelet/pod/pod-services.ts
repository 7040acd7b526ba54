/** What a pod's worker is given by the node that it runs on. */
import type { Logger, Pod, RecordedEvent, Stored } from "@pilothouse/kubernetes";
import type { AddressAllocator } from "../addresses.ts";
import type { ObjectSource } from "../object-source.ts";
import type { ContainerRuntime } from "../process/index.ts";
import type { StatusWriter } from "../status-writer.ts";
import type { VolumePlaces } from "../volumes/pod-volumes.ts";
import type { ImageStore } from "./images.ts";
import type { StartSlots } from "./start-slots.ts";

export interface NodePlaces extends VolumePlaces {
  logFile(pod: Stored<Pod>, container: string, restartCount: number): string;
}

export interface PodServices {
  readonly nodeName: string;
  readonly hostIP: string;
  readonly allocatable: Readonly<Record<string, string>>;
  /** What every container is told of the cluster. */
  readonly serviceEnvironment: Readonly<Record<string, string>>;
  readonly hiddenPaths: readonly string[];
  readonly logRotation: { readonly maxFileBytes: number; readonly maxFiles: number };
  readonly images: ImageStore;
  readonly runtime: ContainerRuntime;
  readonly source: ObjectSource;
  readonly allocator: AddressAllocator;
  readonly places: NodePlaces;
  readonly statuses: StatusWriter;
  readonly starts: StartSlots;
  readonly logger: Logger;
  readonly now: () => number;
  event(pod: Stored<Pod>, event: RecordedEvent): void;
  /** Removes a pod's object from the API, once nothing of it is left here. */
  remove(pod: Stored<Pod>): Promise<void>;
}
