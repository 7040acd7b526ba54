// A cache that learns of changes only when it is told to: what an informer is on a bad day.
import type { Change, KubernetesObject, Stored } from "@pilothouse/kubernetes";
import type { ObjectView } from "../../src/apply/written-objects.ts";

export class LaggingCache<T extends KubernetesObject> implements ObjectView<T> {
  #objects = new Map<string, Stored<T>>();
  readonly #subscribers = new Set<(change: Change<T>) => void>();

  get(key: string): Stored<T> | undefined {
    return this.#objects.get(key);
  }

  list(): Stored<T>[] {
    return Array.from(this.#objects.values());
  }

  byIndex(): Stored<T>[] {
    return this.list();
  }

  subscribe(subscriber: (change: Change<T>) => void): () => void {
    this.#subscribers.add(subscriber);
    return () => this.#subscribers.delete(subscriber);
  }

  sync(objects: readonly Stored<T>[]): void {
    const former = this.#objects;
    this.#objects = new Map(
      objects.map((object) => [`${object.metadata.namespace}/${object.metadata.name}`, structuredClone(object)]),
    );
    for (const [key, object] of former) if (!this.#objects.has(key)) this.#tell({ type: "deleted", object });
    for (const [key, object] of this.#objects) {
      const previous = former.get(key);
      this.#tell(previous === undefined ? { type: "added", object } : { type: "updated", object, previous });
    }
  }

  #tell(change: Change<T>): void {
    for (const subscriber of this.#subscribers) subscriber(change);
  }
}
