/** What the containers of a pod share, its address and its volumes: made ready before them, kept up to date while they run. */
import type { Pod, RecordedEvent, Stored } from "@pilothouse/kubernetes";
import type { DownwardContext } from "../downward.ts";
import { KubeletError } from "../errors.ts";
import { PodVolumes } from "../volumes/pod-volumes.ts";
import type { PodServices } from "./pod-services.ts";
import { LongTimer } from "./timer.ts";

export interface SandboxListener {
  /** Address and volumes are there. */
  ready(): void;
  event(type: RecordedEvent["type"], reason: string, message: string): void;
}

const FIRST_RETRY = 500;
const LONGEST_RETRY = 122_000;
const REFRESH_RETRY = 5000;

export class PodSandbox {
  readonly volumes: PodVolumes;
  readonly #services: PodServices;
  readonly #listener: SandboxListener;
  readonly #ending: AbortSignal;
  readonly #wake = new LongTimer();
  readonly #renewal = new LongTimer();
  #pod: Stored<Pod>;
  #podIP: string | undefined;
  #ready = false;
  #preparing: Promise<void> = Promise.resolve();
  #changed = Promise.withResolvers<void>();

  /** @param ending aborts once the pod is ending: nothing is prepared or refreshed from then on */
  constructor(pod: Stored<Pod>, services: PodServices, ending: AbortSignal, listener: SandboxListener) {
    this.#pod = pod;
    this.#podIP = pod.status?.podIP;
    this.#services = services;
    this.#ending = ending;
    this.#listener = listener;
    this.volumes = new PodVolumes(pod, services.places, services.source, services.now);
  }

  get podIP(): string | undefined {
    return this.#podIP;
  }

  get ready(): boolean {
    return this.#ready && !this.#ending.aborted;
  }

  get context(): DownwardContext {
    const { nodeName, hostIP, allocatable } = this.#services;
    return { pod: this.#pod, nodeName, hostIP, podIP: this.#podIP ?? "", allocatable };
  }

  prepare(): void {
    this.#preparing = this.#prepare();
  }

  /** Tried until everything is there; a change of what the pod waits for wakes it at once. */
  async #prepare(): Promise<void> {
    for (let retry = FIRST_RETRY; !this.#ending.aborted; retry = Math.min(retry * 2, LONGEST_RETRY)) {
      const changed = this.#changed.promise;
      try {
        this.#podIP ??= await this.#services.allocator.allocate(this.#pod.metadata.uid);
        await this.volumes.setUp(this.context);
      } catch (error) {
        if (this.#ending.aborted) return;
        const noAddress = error instanceof KubeletError && error.code === "ADDRESS_UNAVAILABLE";
        this.#listener.event("Warning", noAddress ? "FailedCreatePodSandBox" : "FailedMount", textOf(error));
        await this.#wake.sleep(retry, changed, this.#ending);
        continue;
      }
      if (this.#ending.aborted) return;
      this.#ready = true;
      this.#armRenewal();
      this.#listener.ready();
      return;
    }
  }

  /** The object has changed: labels and annotations may be files. */
  update(pod: Stored<Pod>): void {
    const metadata = ({ labels, annotations }: Pod["metadata"] & object) => JSON.stringify([labels, annotations]);
    const relabelled = metadata(pod.metadata) !== metadata(this.#pod.metadata);
    this.#pod = pod;
    if (relabelled) this.#refresh();
  }

  /** A Secret or ConfigMap of the pod's namespace has changed. */
  objectChanged(kind: "secret" | "configMap", name: string): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
    if (this.volumes.uses(kind, name)) this.#refresh();
  }

  #refresh(): void {
    if (!this.ready) return;
    this.volumes.refresh(this.context).then(
      () => this.#armRenewal(),
      (error: unknown) => {
        if (this.#ending.aborted) return;
        this.#listener.event("Warning", "FailedMount", textOf(error));
        this.#armRenewal(REFRESH_RETRY);
      },
    );
  }

  #armRenewal(atLeast = 0): void {
    const at = this.volumes.renewAt;
    if (at === undefined || this.#ending.aborted) return;
    this.#renewal.set(Math.max(at - this.#services.now(), atLeast), () => this.#refresh());
  }

  /** Call it after the pod has begun to end, when no container is left. Removes the volumes unless they are to be kept. */
  async close(keepVolumes: boolean): Promise<void> {
    this.#ready = false;
    this.#wake.clear();
    this.#renewal.clear();
    // What is just being written would come back after it was removed.
    await this.#preparing;
    if (!keepVolumes) await this.volumes.tearDown();
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
