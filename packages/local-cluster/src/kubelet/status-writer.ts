/** Writes pod statuses: one request per pod at a time, and always the newest status; what came in between is skipped. */
import {
  isConflict,
  isNotFound,
  type KubernetesClient,
  type Logger,
  type Pod,
  pause,
  pods,
  type PodStatus,
  type Stored,
} from "@pilothouse/kubernetes";

const RETRY_MILLISECONDS = 200;
const LONGEST_RETRY_MILLISECONDS = 10_000;

interface Entry {
  readonly pod: Stored<Pod>;
  wanted: string | undefined;
  written: string | undefined;
  writing: Promise<void> | undefined;
}

export class StatusWriter {
  readonly #client: KubernetesClient;
  readonly #logger: Logger;
  readonly #signal: AbortSignal;
  readonly #entries = new Map<string, Entry>();

  /** @param signal ends attempts to write that go on failing */
  constructor(client: KubernetesClient, logger: Logger, signal: AbortSignal) {
    this.#client = client;
    this.#logger = logger;
    this.#signal = signal;
  }

  publish(pod: Stored<Pod>, status: PodStatus): void {
    const entry = this.#entries.get(pod.metadata.uid) ?? {
      pod,
      wanted: undefined,
      written: undefined,
      writing: undefined,
    };
    this.#entries.set(pod.metadata.uid, entry);
    const text = JSON.stringify({ metadata: { uid: pod.metadata.uid }, status: withRemovals(status) });
    if (text === (entry.wanted ?? entry.written)) return;
    entry.wanted = text;
    entry.writing ??= this.#write(entry).finally(() => {
      entry.writing = undefined;
    });
  }

  /** Resolves when the newest status of the pod is written, or cannot be. */
  async flushed(uid: string): Promise<void> {
    for (let writing = this.#entries.get(uid)?.writing; writing; writing = this.#entries.get(uid)?.writing)
      await writing;
  }

  forget(uid: string): void {
    this.#entries.delete(uid);
  }

  async #write(entry: Entry): Promise<void> {
    const { namespace, name } = entry.pod.metadata;
    for (let retry = RETRY_MILLISECONDS; entry.wanted !== undefined && !this.#signal.aborted;) {
      const text = entry.wanted;
      entry.wanted = undefined;
      try {
        const body: unknown = JSON.parse(text);
        const options = { subresource: "status", fieldManager: "kubelet", signal: this.#signal };
        await this.#client.patch(pods, { namespace, name }, { type: "merge", body }, options);
        entry.written = text;
        retry = RETRY_MILLISECONDS;
      } catch (error) {
        // The pod is gone, or another one has its name now: there is nobody to tell.
        if (isNotFound(error) || isConflict(error)) return;
        if (this.#signal.aborted) return;
        entry.wanted ??= text;
        this.#logger.warn(
          { error, pod: `${namespace}/${name}` },
          "the pod's status could not be written: trying again",
        );
        await pause(retry, this.#signal);
        retry = Math.min(retry * 2, LONGEST_RETRY_MILLISECONDS);
      }
    }
  }
}

/** In a merge patch an absent field stays as it was: what a status no longer has must be sent as null. */
function withRemovals(status: PodStatus): Record<string, unknown> {
  const { reason = null, message = null, podIP = null, podIPs = null, initContainerStatuses = null, ...rest } = status;
  return { ...rest, reason, message, podIP, podIPs, initContainerStatuses };
}
