// The objects that an informer knows, by key and by index.
import { keyOf, type KubernetesObject, type Stored } from "../resources/meta.ts";

/** Values under which an object is found; none = not in this index. */
export type Indexer<T extends KubernetesObject> = (object: Stored<T>) => readonly string[];
export type Indexers<T extends KubernetesObject> = Readonly<Record<string, Indexer<T>>>;

export class Store<T extends KubernetesObject> {
  readonly #objects = new Map<string, Stored<T>>();
  readonly #indexers: Indexers<T>;
  readonly #indices = new Map<string, Map<string, Set<string>>>();

  constructor(indexers: Indexers<T> = {}) {
    this.#indexers = indexers;
    for (const name of Object.keys(indexers)) this.#indices.set(name, new Map());
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): Stored<T> | undefined {
    return this.#objects.get(key);
  }

  keys(): string[] {
    return Array.from(this.#objects.keys());
  }

  list(): Stored<T>[] {
    return Array.from(this.#objects.values());
  }

  /** Throws on an index that does not exist: an empty answer would hide the mistake. */
  byIndex(name: string, value: string): Stored<T>[] {
    const index = this.#indices.get(name);
    if (index === undefined) throw new TypeError(`there is no index ${name}`);
    const found: Stored<T>[] = [];
    for (const key of index.get(value) ?? []) {
      const object = this.#objects.get(key);
      if (object !== undefined) found.push(object);
    }
    return found;
  }

  /** Returns what stood there before. */
  set(object: Stored<T>): Stored<T> | undefined {
    const key = keyOf(object);
    const previous = this.#objects.get(key);
    if (previous !== undefined) this.#unindex(key, previous);
    this.#objects.set(key, object);
    for (const [name, indexer] of Object.entries(this.#indexers)) {
      const index = this.#indices.get(name);
      for (const value of indexer(object)) {
        const keys = index?.get(value);
        if (keys === undefined) index?.set(value, new Set([key]));
        else keys.add(key);
      }
    }
    return previous;
  }

  delete(key: string): Stored<T> | undefined {
    const previous = this.#objects.get(key);
    if (previous === undefined) return undefined;
    this.#unindex(key, previous);
    this.#objects.delete(key);
    return previous;
  }

  #unindex(key: string, object: Stored<T>): void {
    for (const [name, indexer] of Object.entries(this.#indexers)) {
      const index = this.#indices.get(name);
      for (const value of indexer(object)) {
        const keys = index?.get(value);
        keys?.delete(key);
        if (keys?.size === 0) index?.delete(value);
      }
    }
  }
}
