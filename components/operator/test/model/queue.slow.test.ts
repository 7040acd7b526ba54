// Several sessions and a project that takes only so many at once: never more of them than that, under faults, lagging
// caches and restarts of the operator; and when all is quiet, as many as there is room for, the others in the queue.
import { LABELS } from "@pilothouse/contracts";
import { KubernetesClient, NO_RETRY, silentLogger, type KubernetesObject, type Stored } from "@pilothouse/kubernetes";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WrittenObjects } from "../../src/apply/written-objects.ts";
import type { ProjectSettingsObject, SessionObject } from "../../src/resources/types.ts";
import { occupiesSlot } from "../../src/session/lifecycle.ts";
import { DEFAULT_POLICY } from "../../src/session/observation.ts";
import { PlaceBook } from "../../src/session/queue.ts";
import { SessionReconciler } from "../../src/session/session-reconciler.ts";
import { ClusterActors } from "./cluster-actors.ts";
import { POD, REGISTRIES } from "./fixtures.ts";
import { LaggingCache } from "./lagging-cache.ts";
import { MemoryApi, type Fault } from "./memory-api.ts";
import { KINDS, NAMESPACE, fault, type Kind } from "./steps.ts";

const RUNS = Number(process.env["MODEL_RUNS"] ?? 1000) / 4;
const NAMES = ["a", "b", "c", "d", "e"];

type Step =
  | { readonly kind: "reconcile"; readonly names: readonly string[]; readonly faults: readonly Fault[] }
  | { readonly kind: "sync"; readonly what: readonly Kind[] }
  | { readonly kind: "cluster" | "restart" | "death" }
  | { readonly kind: "stop" | "start" | "delete"; readonly name: string };

const name = fc.constantFrom(...NAMES);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant("reconcile" as const),
      names: fc.array(name, { minLength: 1, maxLength: 5 }),
      faults: fc.array(fault, { maxLength: 16 }),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("sync" as const), what: fc.subarray([...KINDS]) }) },
  { weight: 6, arbitrary: fc.constant<Step>({ kind: "cluster" }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("restart" as const, "death" as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom("stop" as const, "start" as const, "delete" as const), name }),
  },
);

class Project {
  readonly api = new MemoryApi();
  readonly #actors = new ClusterActors(this.api);
  readonly #caches = {
    agenticsessions: new LaggingCache<SessionObject>(),
    jobs: new LaggingCache<KubernetesObject>(),
    pods: new LaggingCache<KubernetesObject>(),
  };
  #faults: Fault[] = [];
  violation: string | undefined;
  /** How often the others were to hear of a place that was not taken. */
  freed = 0;
  readonly #limit: number;
  #reconciler: SessionReconciler;

  constructor(limit: number) {
    this.#limit = limit;
    this.api.now = Date.parse("2026-01-01T00:00:00Z");
    this.api.fault = () => this.#faults.shift() ?? "none";
    this.api.onChange = (plural) => {
      if (plural !== "agenticsessions") return;
      const running = this.sessions.filter((session) => occupiesSlot(session.status?.phase));
      // Not thrown: it would look to the operator as if its request had failed.
      if (running.length > limit)
        this.violation ??= `${running.length} of ${limit}: ${running.map((one) => one.metadata.name).join(", ")}`;
    };
    for (const each of NAMES) {
      const spec = {
        runnerType: "runner",
        desiredState: "Running",
        stopOnRunFinished: false,
        permissionMode: "bypass",
      };
      this.api.add("agenticsessions", { metadata: { name: each, namespace: NAMESPACE }, spec } as KubernetesObject);
    }
    this.#reconciler = this.#operator();
  }

  get sessions(): Stored<SessionObject>[] {
    return this.api.list("agenticsessions") as unknown as Stored<SessionObject>[];
  }

  async take(taken: Step): Promise<void> {
    switch (taken.kind) {
      case "reconcile":
        this.#faults = [...taken.faults];
        // As several workers do it: at the same time.
        await Promise.all(taken.names.map(async (each) => this.#reconcile(each).catch(() => undefined)));
        this.#faults = [];
        this.api.now += 100;
        return;
      case "sync":
        for (const what of taken.what) this.#sync(what);
        return;
      case "cluster":
        this.#work();
        return;
      case "restart":
        for (const what of KINDS) this.#sync(what);
        this.#reconciler = this.#operator();
        return;
      case "death":
        this.#actors.endPods({ exitCode: 137, reason: "Error" }, {});
        return;
      case "delete":
        this.api.remove("agenticsessions", taken.name);
        return;
      case "stop":
      case "start":
        this.api.change("agenticsessions", taken.name, ({ spec = {} }) => {
          spec["desiredState"] = taken.kind === "stop" ? "Stopped" : "Running";
        });
    }
  }

  async settle(): Promise<void> {
    let quiet = 0;
    for (let round = 0; round < 400; round += 1) {
      const before = this.api.writes;
      for (const what of KINDS) this.#sync(what);
      const wakes: number[] = [];
      for (const each of this.sessions.map(({ metadata }) => metadata.name)) {
        const wake = await this.#reconcile(each);
        if (wake !== undefined) wakes.push(wake);
        for (const what of KINDS) this.#sync(what);
      }
      this.#work();
      quiet = this.api.writes === before ? quiet + 1 : 0;
      if (quiet === 3) return;
      // Retries and deadlines near by, not the far ones of sessions at work.
      if (quiet > 0) this.api.now += Math.min(60_000, ...wakes.filter((wake) => wake < 600_000));
    }
    throw new Error(
      `does not settle: ${JSON.stringify(this.sessions.map(({ metadata, status }) => [metadata.name, status]))}`,
    );
  }

  #work(): void {
    this.#actors.runJobController();
    this.#actors.collectGarbage();
    this.#actors.runNode();
    this.api.now += 200;
  }

  #sync(what: Kind): void {
    (this.#caches[what] as LaggingCache<KubernetesObject>).sync(this.api.list(what));
  }

  async #reconcile(each: string): Promise<number | undefined> {
    const result = await this.#reconciler.reconcile(`${NAMESPACE}/${each}`, new AbortController().signal);
    return result.requeueAfterMilliseconds;
  }

  #operator(): SessionReconciler {
    const { agenticsessions, jobs, pods } = this.#caches;
    const of = <T extends KubernetesObject>(cache: LaggingCache<T>, uid: string): Stored<T>[] =>
      cache.list().filter((object) => object.metadata.labels?.[LABELS.sessionUid] === uid);
    const metadata = { name: "projectsettings", namespace: NAMESPACE, uid: "settings", resourceVersion: "1" };
    const settings: Stored<ProjectSettingsObject> = { metadata, spec: { limits: { maxRunningSessions: this.#limit } } };
    const register = new WrittenObjects<SessionObject>(agenticsessions);
    return new SessionReconciler({
      client: new KubernetesClient({ transport: this.api, retry: NO_RETRY }),
      register,
      world: {
        jobs: (uid) => of(jobs, uid),
        pods: (uid) => of(pods, uid),
        sessions: (namespace) => register.byIndex("namespace", namespace),
        children: () => [],
        settings: () => settings,
        isManaged: () => true,
        runnerKeys: () => new Set(["KEY"]),
      },
      registries: async () => REGISTRIES,
      places: new PlaceBook(),
      onPlaceFree: () => (this.freed += 1),
      transcripts: { remove: async () => {}, unreachable: async () => undefined },
      settleCost: async () => {},
      policy: DEFAULT_POLICY,
      pod: POD,
      storageClass: undefined,
      record: () => {},
      logger: silentLogger,
      now: () => this.api.now,
    });
  }
}

describe("a project's places", () => {
  it("are not given away while it is not known whether they were taken", async () => {
    for (const kind of ["conflict", "throttled", "error", "lost-request", "lost-answer"] as const) {
      for (let index = 0; index < 16; index += 1) {
        const project = new Project(1);
        await project.take({ kind: "sync", what: KINDS });
        const faults = [...Array.from({ length: index }, (): Fault => "none"), kind];
        await project.take({ kind: "reconcile", names: ["a"], faults });
        // The cache knows nothing of it yet.
        await project.take({ kind: "reconcile", names: ["b"], faults: [] });
        expect(project.violation, `${kind} at request ${index}`).toBeUndefined();
      }
    }
  });

  it("are offered to the others when they were not taken after all", async () => {
    const project = new Project(1);
    project.api.add("persistentvolumeclaims", { metadata: { name: "session-a", namespace: NAMESPACE } });
    await project.take({ kind: "sync", what: KINDS });
    await project.take({ kind: "reconcile", names: ["a"], faults: [] });
    expect(project.freed).toBe(1);
    await project.take({ kind: "reconcile", names: ["b"], faults: [] });
    expect(project.freed).toBe(1);
    expect(project.sessions.map(({ status }) => status?.phase).slice(0, 2)).toEqual(["Pending", "Creating"]);
  });

  it(
    `are never given twice, over ${RUNS} random histories`,
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 3 }),
          fc.array(step, { minLength: 5, maxLength: 60 }),
          async (limit, steps) => {
            const project = new Project(limit);
            for (const taken of steps) await project.take(taken);
            await project.settle();
            expect(project.violation).toBeUndefined();
            const wanting = project.sessions.filter(({ spec }) => spec.desiredState === "Running");
            const inPhase = (phase: string): number => wanting.filter(({ status }) => status?.phase === phase).length;
            const running = Math.min(limit, wanting.length);
            expect([inPhase("Running"), inPhase("Queued")]).toEqual([running, wanting.length - running]);
            const places = wanting.flatMap(({ status }) => status?.queuePosition ?? []);
            expect(places.toSorted((left, right) => left - right)).toEqual(places.map((_, index) => index + 1));
          },
        ),
        { numRuns: RUNS, endOnFailure: true },
      );
    },
    10 * 60_000,
  );
});
