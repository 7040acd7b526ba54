// The cluster's state: everything in memory, every change in the durable log, one revision counter over all of it.
//
// A write takes effect in memory at once, so that read-decide-write within one turn of the event loop is atomic, but
// neither its writer nor any reader or watcher hears of it before the log has it on disk. When the log fails, the writes
// that nobody has heard of are undone.
import type { KubernetesObject } from "../objects.ts";
import { DurableLog } from "./log.ts";
import { StoredObject, type Change, type Indexer, type ObjectKey } from "./stored-object.ts";
import { Table, type ChangeListener, type HistoryLimits } from "./table.ts";

export interface StoreOptions {
  readonly file: string;
  readonly indexer: Indexer;
  readonly history?: HistoryLimits;
}

export interface Watch {
  /** The durable changes after the asked revision, up to now; the listener gets what comes later. */
  readonly backlog: readonly Change[];
  stop(): void;
}

interface Waiter {
  readonly revision: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

const DEFAULT_HISTORY: HistoryLimits = { changes: 8192, bytes: 6 * 1024 * 1024 };

export class ClusterStore {
  readonly #tables = new Map<string, Table>();
  readonly #indexer: Indexer;
  readonly #history: HistoryLimits;
  readonly #log: DurableLog;
  readonly #startRevision: number;
  #revision: number;
  #durableRevision: number;
  #pending: Change[] = [];
  #waiters: Waiter[] = [];
  #closed = false;

  private constructor(options: StoreOptions) {
    this.#indexer = options.indexer;
    this.#history = options.history ?? DEFAULT_HISTORY;
    const loaded: StoredObject[] = [];
    const { log, revision } = DurableLog.open(
      options.file,
      (record) => loaded.push(new StoredObject(record, record.revision, record.value, options.indexer)),
      (outcome) => {
        if (outcome.revision > this.#durableRevision) this.#publish(outcome.revision);
        if (outcome.error !== undefined) this.#undo(outcome.error);
      },
    );
    this.#log = log;
    // A fresh cluster starts at 1: revision 0 means "any" to a client.
    this.#revision = Math.max(revision, 1);
    this.#durableRevision = this.#revision;
    this.#startRevision = this.#revision;
    for (const object of loaded) this.#table(object.resource).set(object.namespace, object.name, object);
  }

  static open(options: StoreOptions): ClusterStore {
    return new ClusterStore(options);
  }

  #table(resource: string): Table {
    let table = this.#tables.get(resource);
    if (table === undefined) {
      table = new Table(this.#startRevision, this.#history);
      this.#tables.set(resource, table);
    }
    return table;
  }

  /** The newest revision that is on disk: what a list or a bookmark may promise. */
  get revision(): number {
    return this.#durableRevision;
  }

  get resources(): readonly string[] {
    return [...this.#tables.keys()];
  }

  get(key: ObjectKey): StoredObject | undefined {
    return this.#tables.get(key.resource)?.get(key.namespace, key.name);
  }

  list(resource: string, namespace?: string): StoredObject[] {
    return this.#tables.get(resource)?.list(namespace) ?? [];
  }

  count(resource: string, namespace?: string): number {
    return this.#tables.get(resource)?.count(namespace) ?? 0;
  }

  listAt(resource: string, revision: number, namespace?: string): StoredObject[] | undefined {
    const pending = this.#pending.filter((change) => change.resource === resource);
    return this.#table(resource).listAt(revision, namespace, pending);
  }

  /** Creates or replaces. The object gets its resourceVersion here; await `durable(revision)` before telling anybody. */
  put(key: ObjectKey, object: KubernetesObject): StoredObject {
    this.#assertOpen();
    const revision = ++this.#revision;
    const stored = StoredObject.from(key, revision, object, this.#indexer);
    const table = this.#table(key.resource);
    const previous = table.get(key.namespace, key.name);
    table.set(key.namespace, key.name, stored);
    this.#record({ ...pick(key), revision, object: stored, previous, last: undefined }, stored.bytes);
    return stored;
  }

  /** Deletes, and returns the final state, which carries the revision of the deletion. */
  remove(key: ObjectKey): StoredObject | undefined {
    this.#assertOpen();
    const table = this.#table(key.resource);
    const previous = table.get(key.namespace, key.name);
    if (previous === undefined) return undefined;
    const revision = ++this.#revision;
    const last = StoredObject.from(key, revision, previous.decode(), this.#indexer);
    table.set(key.namespace, key.name, undefined);
    this.#record({ ...pick(key), revision, object: undefined, previous, last }, undefined);
    return last;
  }

  #record(change: Change, value: Buffer | undefined): void {
    this.#pending.push(change);
    const { resource, namespace, name, revision } = change;
    this.#log.append({ resource, namespace, name, revision, value });
  }

  /** Resolves when everything up to a revision is on disk; rejects when it was undone. */
  durable(revision: number): Promise<void> {
    if (revision <= this.#durableRevision) return Promise.resolve();
    return new Promise((resolve, reject) => this.#waiters.push({ revision, resolve, reject }));
  }

  /** Resolves when everything that is in memory now is on disk: what a list awaits. */
  settled(): Promise<void> {
    return this.durable(this.#revision);
  }

  /** Follows a resource from a revision on. Undefined: the revision is older than history. */
  watch(resource: string, revision: number, listener: ChangeListener): Watch | undefined {
    const table = this.#table(resource);
    const backlog = table.since(revision);
    if (backlog === undefined) return undefined;
    table.listeners.add(listener);
    return { backlog, stop: () => table.listeners.delete(listener) };
  }

  #publish(revision: number): void {
    this.#durableRevision = revision;
    const count = this.#pending.findIndex((change) => change.revision > revision);
    const changes = count < 0 ? this.#pending : this.#pending.slice(0, count);
    this.#pending = count < 0 ? [] : this.#pending.slice(count);
    const byResource = new Map<string, Change[]>();
    for (const change of changes) {
      const group = byResource.get(change.resource);
      if (group === undefined) byResource.set(change.resource, [change]);
      else group.push(change);
    }
    for (const [resource, group] of byResource) this.#table(resource).publish(group);
    const waiting = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiting) {
      if (waiter.revision <= revision) waiter.resolve();
      else this.#waiters.push(waiter);
    }
  }

  #undo(error: Error): void {
    for (const change of this.#pending.reverse())
      this.#table(change.resource).set(change.namespace, change.name, change.previous);
    this.#pending = [];
    for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
  }

  #assertOpen(): void {
    if (this.#closed) throw new Error("the cluster's store is closed");
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#log.close();
  }
}

function pick(key: ObjectKey): ObjectKey {
  return { resource: key.resource, namespace: key.namespace, name: key.name };
}
