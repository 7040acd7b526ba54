// The objects of one resource, by namespace and name, with the recent history that watches and older reads start from.
import type { Change, StoredObject } from "./stored-object.ts";

export type ChangeListener = (changes: readonly Change[]) => void;

/** What a table keeps for watchers that come back: bounded by number and by bytes, never below the last few. */
export interface HistoryLimits {
  readonly changes: number;
  readonly bytes: number;
}

interface NamespaceObjects {
  readonly objects: Map<string, StoredObject>;
  sortedNames: string[] | undefined;
}

export class Table {
  readonly #namespaces = new Map<string, NamespaceObjects>();
  readonly #limits: HistoryLimits;
  #sortedNamespaces: string[] | undefined;
  #history: Change[] = [];
  #historyBytes = 0;
  /** Watches and reads from before this revision are too old. */
  #compacted: number;
  readonly listeners = new Set<ChangeListener>();

  constructor(startRevision: number, limits: HistoryLimits) {
    this.#compacted = startRevision;
    this.#limits = limits;
  }

  get(namespace: string, name: string): StoredObject | undefined {
    return this.#namespaces.get(namespace)?.objects.get(name);
  }

  set(namespace: string, name: string, object: StoredObject | undefined): void {
    let within = this.#namespaces.get(namespace);
    if (object === undefined) {
      if (within === undefined || !within.objects.delete(name)) return;
      within.sortedNames = undefined;
      if (within.objects.size === 0) {
        this.#namespaces.delete(namespace);
        this.#sortedNamespaces = undefined;
      }
      return;
    }
    if (within === undefined) {
      within = { objects: new Map(), sortedNames: undefined };
      this.#namespaces.set(namespace, within);
      this.#sortedNamespaces = undefined;
    }
    if (!within.objects.has(name)) within.sortedNames = undefined;
    within.objects.set(name, object);
  }

  /** All objects, or those of one namespace, in the order of namespace and name. */
  list(namespace: string | undefined): StoredObject[] {
    const found: StoredObject[] = [];
    for (const each of namespace === undefined ? this.#namespaceNames() : [namespace]) {
      const within = this.#namespaces.get(each);
      if (within === undefined) continue;
      within.sortedNames ??= [...within.objects.keys()].sort();
      for (const name of within.sortedNames) {
        const object = within.objects.get(name);
        if (object !== undefined) found.push(object);
      }
    }
    return found;
  }

  #namespaceNames(): readonly string[] {
    let names = this.#sortedNamespaces;
    if (names === undefined) {
      names = [...this.#namespaces.keys()].sort();
      this.#sortedNamespaces = names;
    }
    return names;
  }

  count(namespace: string | undefined): number {
    if (namespace !== undefined) return this.#namespaces.get(namespace)?.objects.size ?? 0;
    let total = 0;
    for (const within of this.#namespaces.values()) total += within.objects.size;
    return total;
  }

  /** The objects as they were at a revision, or undefined when history no longer reaches back that far. */
  listAt(revision: number, namespace: string | undefined, pending: readonly Change[]): StoredObject[] | undefined {
    if (revision < this.#compacted) return undefined;
    const undone = new Map<string, StoredObject | undefined>();
    const undo = (change: Change): void => {
      if (namespace === undefined || change.namespace === namespace)
        undone.set(`${change.namespace}/${change.name}`, change.previous);
    };
    for (const change of pending.toReversed()) if (change.revision > revision) undo(change);
    for (let index = this.#history.length - 1; index >= 0; index--) {
      const change = this.#history[index];
      if (change === undefined || change.revision <= revision) break;
      undo(change);
    }
    if (undone.size === 0) return this.list(namespace);
    const objects = this.list(namespace).filter((object) => !undone.has(`${object.namespace}/${object.name}`));
    for (const object of undone.values()) if (object !== undefined) objects.push(object);
    return objects.sort(byNamespaceAndName);
  }

  /** The changes after a revision, or undefined when history no longer reaches back that far. */
  since(revision: number): readonly Change[] | undefined {
    if (revision < this.#compacted) return undefined;
    let low = 0;
    let high = this.#history.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#history[middle]?.revision ?? 0) > revision) high = middle;
      else low = middle + 1;
    }
    return this.#history.slice(low);
  }

  /** Adds durable changes to history and tells the listeners. */
  publish(changes: readonly Change[]): void {
    for (const change of changes) {
      this.#history.push(change);
      this.#historyBytes += sizeOf(change);
    }
    if (this.#history.length > this.#limits.changes * 1.25 || this.#historyBytes > this.#limits.bytes * 1.25)
      this.#compact();
    for (const listener of this.listeners) listener(changes);
  }

  #compact(): void {
    let drop = 0;
    while (
      this.#history.length - drop > this.#limits.changes ||
      (this.#historyBytes > this.#limits.bytes && this.#history.length - drop > 64)
    ) {
      const change = this.#history[drop++];
      if (change === undefined) break;
      this.#historyBytes -= sizeOf(change);
      this.#compacted = change.revision;
    }
    this.#history = this.#history.slice(drop);
  }
}

function sizeOf(change: Change): number {
  return (change.object ?? change.last)?.bytes.length ?? 0;
}

export function byNamespaceAndName(left: StoredObject, right: StoredObject): number {
  if (left.namespace !== right.namespace) return left.namespace < right.namespace ? -1 : 1;
  if (left.name === right.name) return 0;
  return left.name < right.name ? -1 : 1;
}
