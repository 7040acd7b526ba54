import type { Stored } from "@pilothouse/kubernetes";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LaggingCache } from "../../test/model/lagging-cache.ts";
import { MemoryApi } from "../../test/model/memory-api.ts";
import { clientOf, endsTheSame, type Subject } from "../../test/support/fuzz.ts";
import type { ProjectSettingsObject, SessionObject } from "../resources/types.ts";
import { SpendingReconciler } from "./spending-reconciler.ts";

type Edit =
  | { readonly kind: "spend"; readonly session: string; readonly cents: number }
  | { readonly kind: "delete"; readonly session: string };

const names = fc.constantFrom("a", "b", "c");
const edit: fc.Arbitrary<Edit> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("spend" as const),
      session: names,
      cents: fc.integer({ min: 1, max: 300 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("delete" as const), session: names }) },
);

/** Sessions come by being spent on; the session controller, which lets them go, is played here. */
class World implements Subject<Edit> {
  readonly api = new MemoryApi();
  readonly #settings = new LaggingCache<ProjectSettingsObject>();
  readonly #sessions = new LaggingCache<SessionObject>();
  readonly caches = {
    projectsettings: this.#settings,
    agenticsessions: this.#sessions,
  } as unknown as Subject<Edit>["caches"];
  readonly #leaving = new Set<string>();
  /** A name that is used again is another session. */
  readonly #generations = new Map<string, number>();
  #reconciler = this.#operator();
  truth = 0;

  constructor() {
    this.api.now = Date.parse("2026-01-01T08:00:00Z");
    this.api.add("projectsettings", {
      metadata: { name: "projectsettings", namespace: "t" },
      spec: { limits: { maxCostUsdPerDay: 5 } },
    } as never);
  }

  keys = (): string[] => ["t", ...this.#leaving];
  restart = (): void => void (this.#reconciler = this.#operator());

  async reconcile(key: string): Promise<void> {
    const { signal } = new AbortController();
    if (key === "t") {
      await this.#reconciler.reconcile(key, signal);
      return;
    }
    const session = this.api.get("agenticsessions", key) as Stored<SessionObject> | undefined;
    if (session !== undefined) await this.#reconciler.settle(session, signal);
    this.api.remove("agenticsessions", key);
    this.#leaving.delete(key);
  }

  edit(change: Edit): void {
    const generation = this.#generations.get(change.session) ?? 0;
    const name = `${change.session}-${generation}`;
    if (change.kind === "delete") {
      this.#generations.set(change.session, generation + 1);
      if (this.api.get("agenticsessions", name) !== undefined) this.#leaving.add(name);
      return;
    }
    if (this.api.get("agenticsessions", name) === undefined)
      this.api.add("agenticsessions", { metadata: { name, namespace: "t" }, spec: {} } as never);
    this.api.change("agenticsessions", name, (object) => {
      const { status } = object as unknown as SessionObject;
      const costUsd = (status?.agent?.usage?.costUsd ?? 0) + change.cents / 100;
      object.status = { agent: { usage: { costUsd } } };
    });
    this.truth += change.cents / 100;
  }

  #operator(): SpendingReconciler {
    return new SpendingReconciler({
      client: clientOf(this.api),
      settings: (namespace) => this.#settings.get(`${namespace}/projectsettings`),
      sessions: () => this.#sessions.list(),
      onSpent: () => {},
      record: () => {},
      now: () => this.api.now,
    });
  }
}

describe("the spending controller", () => {
  it("says what the project has cost, to the cent, however it is told", { timeout: 120_000 }, async () => {
    const worlds: World[] = [];
    await endsTheSame<Edit>(
      () => {
        const world = new World();
        worlds.push(world);
        return world;
      },
      edit,
      ({ api }) => {
        const { status } = api.get("projectsettings", "projectsettings") as ProjectSettingsObject;
        expect(status?.spending?.costUsd ?? 0).toBeCloseTo(worlds.at(-1)?.truth ?? 0, 3);
        // Nobody is remembered who is not seen any more.
        expect(status?.spending?.removed?.sessions ?? []).toEqual([]);
      },
    );
  });
});
