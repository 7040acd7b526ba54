// An informer's view with our own writes laid over it, so that a decision never rests on a state that we have
// ourselves already changed. A write is forgotten as soon as the informer has caught up with it.
import type { Informer, KubernetesObject, Stored } from "@pilothouse/kubernetes";
import { keyOf } from "@pilothouse/kubernetes";

export type ObjectView<T extends KubernetesObject> = Pick<Informer<T>, "get" | "byIndex" | "subscribe">;

export class WrittenObjects<T extends KubernetesObject> {
  readonly #informer: ObjectView<T>;
  readonly #written = new Map<string, Stored<T>>();

  constructor(informer: ObjectView<T>) {
    this.#informer = informer;
    informer.subscribe((change) => {
      const key = keyOf(change.object);
      const written = this.#written.get(key);
      if (written !== undefined && (change.type === "deleted" || !isNewer(written, change.object)))
        this.#written.delete(key);
    });
  }

  get(key: string): Stored<T> | undefined {
    return this.#newest(key, this.#informer.get(key));
  }

  byIndex(index: string, value: string): Stored<T>[] {
    return this.#informer.byIndex(index, value).map((object) => this.#newest(keyOf(object), object) ?? object);
  }

  /** Remembers what a write, or a read at the source, has returned. */
  put(object: Stored<T>): void {
    const key = keyOf(object);
    const known = this.get(key);
    // What the informer does not know is deleted, or will come in its own time.
    if (known === undefined || (known.metadata.uid === object.metadata.uid && !isNewer(object, known))) return;
    this.#written.set(key, object);
  }

  #newest(key: string, cached: Stored<T> | undefined): Stored<T> | undefined {
    const written = this.#written.get(key);
    if (written === undefined || cached === undefined) return cached;
    return written.metadata.uid === cached.metadata.uid && isNewer(written, cached) ? written : cached;
  }
}

/** Resource versions of one kind grow (KEP-5504 made that a promise); longer digits are larger numbers. */
function isNewer(left: KubernetesObject, right: KubernetesObject): boolean {
  const a = left.metadata?.resourceVersion ?? "";
  const b = right.metadata?.resourceVersion ?? "";
  return a.length === b.length ? a > b : a.length > b.length;
}
