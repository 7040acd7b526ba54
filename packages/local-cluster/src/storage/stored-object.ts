// One immutable revision of one object, kept as the bytes that readers get: an object is serialised once, when written.
import { decodeStored, type KubernetesObject } from "../objects.ts";

export interface ObjectKey {
  /** Plural and group, `pods` or `agenticsessions.pilothouse.dev`: the name of the table, so to speak. */
  readonly resource: string;
  /** Empty for objects of the whole cluster. */
  readonly namespace: string;
  readonly name: string;
}

/** What selectors look at. `fields` are those that field selectors may name, besides metadata.name and .namespace. */
export interface ObjectIndex {
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, string>>;
}

export type Indexer = (resource: string, object: KubernetesObject) => ObjectIndex;

export class StoredObject implements ObjectKey {
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly revision: number;
  /** The JSON document in UTF-8. */
  readonly bytes: Buffer;
  readonly #indexer: Indexer;
  #index: ObjectIndex | undefined;

  constructor(key: ObjectKey, revision: number, bytes: Buffer, indexer: Indexer, index?: ObjectIndex) {
    this.resource = key.resource;
    this.namespace = key.namespace;
    this.name = key.name;
    this.revision = revision;
    this.bytes = bytes;
    this.#indexer = indexer;
    this.#index = index;
  }

  /** Serialises an object at the revision that it gets. */
  static from(key: ObjectKey, revision: number, object: KubernetesObject, indexer: Indexer): StoredObject {
    object.metadata.resourceVersion = String(revision);
    const bytes = Buffer.from(JSON.stringify(object), "utf8");
    return new StoredObject(key, revision, bytes, indexer, indexer(key.resource, object));
  }

  /** The same object in another state, outside the store. */
  with(revision: number, object: KubernetesObject): StoredObject {
    return StoredObject.from(this, revision, object, this.#indexer);
  }

  /** A fresh copy that the caller may change. */
  decode(): KubernetesObject {
    return decodeStored(this.bytes);
  }

  /** Worked out on first use: a warm start need not parse what nobody asks for. */
  get #indexed(): ObjectIndex {
    this.#index ??= this.#indexer(this.resource, this.decode());
    return this.#index;
  }

  get uid(): string {
    return this.#indexed.uid;
  }

  get labels(): Readonly<Record<string, string>> {
    return this.#indexed.labels;
  }

  get fields(): Readonly<Record<string, string>> {
    return this.#indexed.fields;
  }
}

/** One step of history. After a deletion `object` is undefined and `last` is the final state, at the deletion's revision. */
export interface Change {
  readonly revision: number;
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly object: StoredObject | undefined;
  readonly previous: StoredObject | undefined;
  readonly last: StoredObject | undefined;
}
