// A cache of one kind that tells its subscribers what changed. Many controllers share one informer.
import type { KubernetesClient } from "../client/client.ts";
import { silentLogger, type Logger } from "../logger.ts";
import { keyOf, type KubernetesObject, type ResourceType, type Stored } from "../resources/meta.ts";
import { Reflector, type ReflectorOptions, type Selection } from "./reflector.ts";
import { Store, type Indexers } from "./store.ts";

export type Change<T extends KubernetesObject> =
  | { readonly type: "added"; readonly object: Stored<T> }
  | { readonly type: "updated"; readonly object: Stored<T>; readonly previous: Stored<T> }
  /** Nothing changed; a periodic reminder, so that a missed effect is made good. */
  | { readonly type: "resynced"; readonly object: Stored<T> }
  /** `object` is the last state known. */
  | { readonly type: "deleted"; readonly object: Stored<T> };

export type Subscriber<T extends KubernetesObject> = (change: Change<T>) => void;

export interface InformerOptions<T extends KubernetesObject> {
  readonly client: KubernetesClient;
  readonly resource: ResourceType<T>;
  readonly selection?: Selection;
  readonly indexers?: Indexers<T>;
  /** Milliseconds between reminders of every object; 0 = none. Default 0. */
  readonly resyncMilliseconds?: number;
  /** What is kept of an object. Default: all but `managedFields`, which are large and of no use to a controller. */
  readonly transform?: (object: Stored<T>) => Stored<T>;
  readonly logger?: Logger;
  readonly reflector?: Pick<ReflectorOptions<T>, "pageSize" | "watchSeconds" | "backoff" | "watchList">;
}

function withoutManagedFields<T extends KubernetesObject>(object: Stored<T>): Stored<T> {
  delete object.metadata.managedFields;
  return object;
}

export class Informer<T extends KubernetesObject> {
  readonly resource: ResourceType<T>;
  readonly #options: InformerOptions<T>;
  readonly #store: Store<T>;
  readonly #subscribers = new Set<Subscriber<T>>();
  readonly #synced = Promise.withResolvers<void>();
  readonly #logger: Logger;
  #hasSynced = false;

  constructor(options: InformerOptions<T>) {
    this.resource = options.resource;
    this.#options = options;
    this.#store = new Store(options.indexers);
    this.#logger = options.logger ?? silentLogger;
  }

  get(key: string): Stored<T> | undefined {
    return this.#store.get(key);
  }

  list(): Stored<T>[] {
    return this.#store.list();
  }

  byIndex(index: string, value: string): Stored<T>[] {
    return this.#store.byIndex(index, value);
  }

  get size(): number {
    return this.#store.size;
  }

  /** True once the first whole picture is in. */
  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  /** Resolves with the first whole picture; rejects when the signal aborts before. */
  async synced(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const aborted = Promise.withResolvers<never>();
    const onAbort = (): void => aborted.reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      await Promise.race([this.#synced.promise, aborted.promise]);
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  /** Objects that are known already arrive as "added" at once. Returns the end of the subscription. */
  subscribe(subscriber: Subscriber<T>): () => void {
    this.#subscribers.add(subscriber);
    for (const object of this.#store.list()) this.#tell(subscriber, { type: "added", object });
    return () => this.#subscribers.delete(subscriber);
  }

  /** Runs until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { client, resource, selection, resyncMilliseconds = 0 } = this.#options;
    const transform = this.#options.transform ?? withoutManagedFields;
    const reflector = new Reflector<T>({
      ...this.#options.reflector,
      client,
      resource,
      selection,
      logger: this.#logger,
      sink: {
        replace: (objects) => this.#replace(objects.map(transform)),
        set: (object) => this.#set(transform(object)),
        delete: (object) => this.#delete(keyOf(object), transform(object)),
      },
    });
    const resync = resyncMilliseconds > 0 ? setInterval(() => this.#resync(), resyncMilliseconds) : undefined;
    try {
      await reflector.run(signal);
    } finally {
      clearInterval(resync);
    }
  }

  #replace(objects: readonly Stored<T>[]): void {
    const present = new Set(objects.map((object) => keyOf(object)));
    for (const key of this.#store.keys()) if (!present.has(key)) this.#delete(key);
    for (const object of objects) this.#set(object);
    if (this.#hasSynced) return;
    this.#hasSynced = true;
    this.#synced.resolve();
  }

  #set(object: Stored<T>): void {
    const previous = this.#store.get(keyOf(object));
    if (previous?.metadata.resourceVersion === object.metadata.resourceVersion) return;
    this.#store.set(object);
    if (previous === undefined) {
      this.#publish({ type: "added", object });
    } else if (previous.metadata.uid === object.metadata.uid) {
      this.#publish({ type: "updated", object, previous });
    } else {
      // Deleted and made anew while nobody looked: two changes, not one.
      this.#publish({ type: "deleted", object: previous });
      this.#publish({ type: "added", object });
    }
  }

  #delete(key: string, last?: Stored<T>): void {
    const previous = this.#store.delete(key);
    if (previous !== undefined) this.#publish({ type: "deleted", object: last ?? previous });
  }

  #resync(): void {
    for (const object of this.#store.list()) this.#publish({ type: "resynced", object });
  }

  #publish(change: Change<T>): void {
    for (const subscriber of this.#subscribers) this.#tell(subscriber, change);
  }

  #tell(subscriber: Subscriber<T>, change: Change<T>): void {
    try {
      subscriber(change);
    } catch (error) {
      // One subscriber's mistake must not cost the others their change.
      this.#logger.error({ error, resource: this.resource.plural, key: keyOf(change.object) }, "a subscriber failed");
    }
  }
}
