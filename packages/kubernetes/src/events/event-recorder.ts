// Leaves Kubernetes Events on objects, for people who run `kubectl describe`.
//
// Recording never delays or fails the work that it tells of: events go through a bounded queue. What repeats is
// counted on one Event instead of filling the list, and an object that keeps saying different things is throttled.
import type { KubernetesClient } from "../client/client.ts";
import { isForbidden, isNotFound } from "../errors.ts";
import { silentLogger, type Logger } from "../logger.ts";
import { coreEvents, type CoreEvent, type ObjectReference } from "../resources/core.ts";
import { apiVersionOf, type KubernetesObject, type ResourceType, type Stored } from "../resources/meta.ts";
import { pause } from "../backoff.ts";

export interface EventRecorderOptions {
  readonly client: KubernetesClient;
  /** `reportingComponent`: who speaks. */
  readonly component: string;
  /** `reportingInstance`: which replica. */
  readonly instance: string;
  readonly logger?: Logger;
  readonly now?: () => number;
}

export interface RecordedEvent {
  readonly type: "Normal" | "Warning";
  /** CamelCase, for machines. */
  readonly reason: string;
  /** A sentence that says what to do, for people. */
  readonly message: string;
  /** CamelCase verb: what was attempted. */
  readonly action?: string;
}

/** Repetitions inside this time are counted on the same Event. */
const SAME_EVENT_MILLISECONDS = 10 * 60_000;
const BURST = 25;
const REFILL_MILLISECONDS = 30_000;
const QUEUE_LIMIT = 1000;
const REMEMBERED_LIMIT = 4096;
/** The API server refuses longer ones. */
const MESSAGE_LIMIT = 1024;

interface Remembered {
  readonly name: string;
  count: number;
  lastAt: number;
}

export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #logger: Logger;
  readonly #now: () => number;
  readonly #queue: (() => Promise<void>)[] = [];
  readonly #remembered = new Map<string, Remembered>();
  readonly #allowance = new Map<string, { tokens: number; at: number }>();
  #wake = Promise.withResolvers<void>();
  #sequence = 0;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
    this.#now = options.now ?? Date.now;
  }

  record<T extends KubernetesObject>(resource: ResourceType<T>, object: Stored<T>, event: RecordedEvent): void {
    const { uid, name, namespace, resourceVersion } = object.metadata;
    const now = this.#now();
    const message =
      event.message.length > MESSAGE_LIMIT ? `${event.message.slice(0, MESSAGE_LIMIT - 1)}…` : event.message;
    const signature = [uid, event.type, event.reason, message].join("\u0000");
    const known = this.#remembered.get(signature);
    if (known !== undefined && now - known.lastAt < SAME_EVENT_MILLISECONDS) {
      known.count += 1;
      known.lastAt = now;
      this.#enqueue(async () => this.#repeat(namespace ?? "default", known, signature));
      return;
    }
    if (!this.#allowed(uid, now)) return;
    const involvedObject: ObjectReference = {
      apiVersion: apiVersionOf(resource),
      kind: resource.kind,
      namespace,
      name,
      uid,
      resourceVersion,
    };
    const entry: Remembered = { name: this.#eventName(name), count: 1, lastAt: now };
    remember(this.#remembered, signature, entry);
    this.#enqueue(async () => this.#create(involvedObject, { ...event, message }, entry));
  }

  /** Writes what is recorded, until the signal aborts; what is queued then is still tried once. */
  async run(signal: AbortSignal): Promise<void> {
    const onAbort = (): void => this.#wake.resolve();
    signal.addEventListener("abort", onAbort, { once: true });
    for (;;) {
      const next = this.#queue.shift();
      if (next === undefined) {
        if (signal.aborted) return;
        await this.#wake.promise;
        this.#wake = Promise.withResolvers<void>();
        if (signal.aborted) this.#wake.resolve();
        continue;
      }
      try {
        await next();
      } catch (error) {
        // The namespace is going, or gone: nobody will read of it, and waiting would not help.
        if (isForbidden(error) || isNotFound(error)) {
          this.#logger.debug({ error }, "an event found no place");
          continue;
        }
        this.#logger.warn({ error }, "an event could not be recorded");
        if (!signal.aborted) await pause(100, signal);
      }
    }
  }

  #enqueue(write: () => Promise<void>): void {
    if (this.#queue.length >= QUEUE_LIMIT) this.#queue.shift();
    this.#queue.push(write);
    this.#wake.resolve();
  }

  #allowed(uid: string, now: number): boolean {
    const known = this.#allowance.get(uid) ?? { tokens: BURST, at: now };
    const tokens = Math.min(BURST, known.tokens + (now - known.at) / REFILL_MILLISECONDS);
    remember(this.#allowance, uid, { tokens: Math.max(0, tokens - 1), at: now });
    return tokens >= 1;
  }

  #eventName(objectName: string): string {
    this.#sequence += 1;
    const unique = (BigInt(Math.trunc(this.#now())) * 100_000n + BigInt(this.#sequence % 100_000)).toString(16);
    return `${objectName.slice(0, 200)}.${unique}`;
  }

  async #create(involvedObject: ObjectReference, event: RecordedEvent, entry: Remembered): Promise<void> {
    const { component, instance, client } = this.#options;
    const at = new Date(entry.lastAt).toISOString();
    const object: CoreEvent = {
      metadata: { name: entry.name, namespace: involvedObject.namespace ?? "default" },
      involvedObject,
      type: event.type,
      reason: event.reason,
      message: event.message,
      action: event.action ?? event.reason,
      count: entry.count,
      firstTimestamp: at,
      lastTimestamp: at,
      reportingComponent: component,
      reportingInstance: instance,
      source: { component },
    };
    await client.create(coreEvents, object, { signal: AbortSignal.timeout(10_000) });
  }

  async #repeat(namespace: string, entry: Remembered, signature: string): Promise<void> {
    const body = { count: entry.count, lastTimestamp: new Date(entry.lastAt).toISOString() };
    const signal = AbortSignal.timeout(10_000);
    try {
      await this.#options.client.patch(
        coreEvents,
        { namespace, name: entry.name },
        { type: "merge", body },
        { signal },
      );
    } catch (error) {
      // The server drops Events after an hour: the next one of its kind is made anew.
      if (!isNotFound(error)) throw error;
      this.#remembered.delete(signature);
    }
  }
}

/** A map with a limit: the oldest entry gives way. */
function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= REMEMBERED_LIMIT) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}
