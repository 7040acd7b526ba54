// The store's promises: one rising revision, list and watch without a gap, history that ends honestly, and durability.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { stringAt } from "../json.ts";
import type { KubernetesObject } from "../objects.ts";
import { ClusterStore } from "./store.ts";
import type { Change, ObjectIndex } from "./stored-object.ts";
import type { HistoryLimits } from "./table.ts";

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const indexer = (_resource: string, object: KubernetesObject): ObjectIndex => ({
  uid: object.metadata.uid ?? "",
  labels: object.metadata.labels ?? {},
  fields: {},
});

function directory(): string {
  const made = mkdtempSync(path.join(tmpdir(), "store-"));
  cleanups.push(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

function open(folder = directory(), history?: HistoryLimits): ClusterStore {
  const store = ClusterStore.open({
    file: path.join(folder, "store.sqlite"),
    indexer,
    ...(history === undefined ? {} : { history }),
  });
  cleanups.push(() => store.close());
  return store;
}

const key = (name: string, namespace = "default") => ({ resource: "things", namespace, name });
const thing = (name: string, value = ""): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Thing",
  metadata: { name, uid: name },
  value,
});

describe("revisions", () => {
  it("are one rising counter over all resources", () => {
    const store = open();
    const first = store.put(key("a"), thing("a"));
    const second = store.put({ resource: "others", namespace: "", name: "b" }, thing("b"));
    const third = store.remove(key("a"));
    expect([second.revision - first.revision, (third?.revision ?? 0) - second.revision]).toEqual([1, 1]);
    expect(third?.decode().metadata.resourceVersion).toBe(String(third?.revision));
  });

  it("are not told before they are on disk", async () => {
    const store = open();
    const before = store.revision;
    const told: number[] = [];
    store.watch("things", before, (changes) => told.push(...changes.map((change) => change.revision)));
    const { revision } = store.put(key("a"), thing("a"));
    expect(store.revision).toBe(before);
    expect(told).toEqual([]);
    await store.durable(revision);
    expect(store.revision).toBe(revision);
    expect(told).toEqual([revision]);
  });
});

describe("a second start", () => {
  it("has every object, and goes on counting", async () => {
    const folder = directory();
    const first = open(folder);
    const kept = first.put(key("kept"), thing("kept", "x"));
    first.put(key("gone"), thing("gone"));
    const { revision = 0 } = first.remove(key("gone")) ?? {};
    await first.durable(revision);
    await first.close();
    const second = open(folder);
    expect(second.revision).toBe(revision);
    expect(second.list("things").map((object) => object.name)).toEqual(["kept"]);
    expect(second.get(key("kept"))?.bytes).toEqual(kept.bytes);
    expect(second.put(key("new"), thing("new")).revision).toBe(revision + 1);
  });

  it("answers a watch from the last revision, and says that older ones are too old", async () => {
    const folder = directory();
    const first = open(folder);
    const { revision } = first.put(key("a"), thing("a"));
    await first.durable(revision);
    await first.close();
    const second = open(folder);
    expect(second.watch("things", revision, () => {})?.backlog).toEqual([]);
    expect(second.watch("things", revision - 1, () => {})).toBeUndefined();
  });
});

describe("history", () => {
  it("gives a list as it was", async () => {
    const store = open();
    store.put(key("a"), thing("a", "1"));
    const then = store.put(key("b"), thing("b", "1")).revision;
    store.put(key("a"), thing("a", "2"));
    store.remove(key("b"));
    await store.settled();
    store.put(key("c"), thing("c", "1"));
    const names = store.listAt("things", then)?.map((object) => `${object.name}=${stringAt(object.decode(), "value")}`);
    expect(names).toEqual(["a=1", "b=1"]);
  });

  it("is bounded; what it dropped is too old", async () => {
    const store = open(directory(), { changes: 10, bytes: 1_000_000 });
    const start = store.revision;
    for (let index = 0; index < 100; index++)
      await store.durable(store.put(key("a"), thing("a", String(index))).revision);
    expect(store.watch("things", start, () => {})).toBeUndefined();
    expect(store.listAt("things", start)).toBeUndefined();
    expect(store.watch("things", store.revision - 5, () => {})?.backlog).toHaveLength(5);
  });
});

type Step =
  | { readonly kind: "put"; readonly name: string }
  | { readonly kind: "remove"; readonly name: string }
  | { readonly kind: "wait" }
  | { readonly kind: "observe" };

const names = fc.constantFrom("a", "b", "c", "d");
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("put" as const), name: names }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("remove" as const), name: names }) },
  { weight: 2, arbitrary: fc.constant({ kind: "wait" as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: "observe" as const }) },
);

describe("list then watch", () => {
  it("rebuilds exactly the state, whenever it begins", async () => {
    const store = open();
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const resource = `things-${runs++}`;
        const at = (name: string) => ({ resource, namespace: "default", name });
        const observers: { state: Map<string, number>; revisions: number[] }[] = [];
        const observe = (): void => {
          const from = store.revision;
          const state = new Map((store.listAt(resource, from) ?? []).map((object) => [object.name, object.revision]));
          const observer = { state, revisions: [from] };
          const apply = (changes: readonly Change[]): void => {
            for (const change of changes) {
              observer.revisions.push(change.revision);
              if (change.object === undefined) state.delete(change.name);
              else state.set(change.name, change.object.revision);
            }
          };
          const watch = store.watch(resource, from, apply);
          apply(watch?.backlog ?? []);
          observers.push(observer);
        };
        for (const [index, each] of steps.entries()) {
          if (each.kind === "put") store.put(at(each.name), thing(each.name, String(index)));
          else if (each.kind === "remove") store.remove(at(each.name));
          else if (each.kind === "wait") await store.settled();
          else observe();
        }
        await store.settled();
        const truth = new Map(store.list(resource).map((object) => [object.name, object.revision]));
        for (const { state, revisions } of observers) {
          expect(state).toEqual(truth);
          // Each change once, in order, none left out: the counter has no other users here.
          expect(revisions).toEqual(revisions.map((_, index) => (revisions[0] ?? 0) + index));
        }
      }),
      { numRuns: 200 },
    );
  });
});
