// Makes definitions effective: serves what they define, and clears their objects away when they are deleted.
import type { Catalog } from "../catalog.ts";
import { customResourceDefinitions, CUSTOM_CLEANUP } from "./definitions.ts";
import { customResources, type SchemaCompiler } from "./resource.ts";
import type { Change, StoredObject } from "../../storage/stored-object.ts";
import type { ClusterStore } from "../../storage/store.ts";

export interface CustomController {
  stop(): void;
}

/** `deleteAll` starts the deletion of all objects of a table. */
export function startCustomResources(
  store: ClusterStore,
  catalog: Catalog,
  compile: SchemaCompiler,
  deleteAll: (table: string) => Promise<void>,
  onError: (error: unknown, definition: string) => void,
): CustomController {
  const { table } = customResourceDefinitions;
  const draining = new Map<string, () => void>();

  const serve = (stored: StoredObject): void => {
    try {
      const definition = stored.decode();
      catalog.setCustom(stored.name, customResources(definition, compile));
      if (definition.metadata.deletionTimestamp !== undefined) drain(stored.name);
    } catch (error) {
      onError(error, stored.name);
    }
  };

  const drain = (name: string): void => {
    if (draining.has(name)) return;
    const release = (): void => {
      if (store.count(name) > 0) return;
      draining.get(name)?.();
      draining.delete(name);
      const current = store.get({ resource: table, namespace: "", name });
      if (current === undefined) return;
      const definition = current.decode();
      const finalizers = (definition.metadata.finalizers ?? []).filter((finalizer) => finalizer !== CUSTOM_CLEANUP);
      definition.metadata.finalizers = finalizers;
      const stored = store.put(current, definition);
      if (finalizers.length === 0) store.remove(stored);
    };
    const watch = store.watch(name, store.revision, release);
    draining.set(name, () => watch?.stop());
    deleteAll(name).then(release, (error: unknown) => onError(error, name));
  };

  const apply = (change: Change): void => {
    if (change.object === undefined) catalog.removeCustom(change.name);
    else serve(change.object);
  };
  const watch = store.watch(table, store.revision, (changes) => changes.forEach(apply));
  for (const stored of store.list(table)) serve(stored);
  return {
    stop: () => {
      watch?.stop();
      for (const stop of draining.values()) stop();
    },
  };
}
