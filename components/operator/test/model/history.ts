// Histories: what can happen to one session and its surroundings, step by step, and the world in which it happens.
// The reconciler is the real one; the API, the Job controller, the node, the users and the clock are played here.
import { LABELS, SESSION_FINALIZER } from "@pilothouse/contracts";
import {
  KubernetesClient,
  NO_RETRY,
  silentLogger,
  type Change,
  type KubernetesObject,
  type Stored,
} from "@pilothouse/kubernetes";
import fc from "fast-check";
import { WrittenObjects, type ObjectView } from "../../src/apply/written-objects.ts";
import type { Registries } from "../../src/configuration/registries.ts";
import type { SessionObject } from "../../src/resources/types.ts";
import type { SessionWorld } from "../../src/session/gather.ts";
import { TRANSITIONS, isFinal } from "../../src/session/lifecycle.ts";
import { DEFAULT_POLICY } from "../../src/session/observation.ts";
import { PlaceBook } from "../../src/session/queue.ts";
import { SessionReconciler } from "../../src/session/session-reconciler.ts";
import { MemoryApi, type Fault } from "./memory-api.ts";

export const NAME = "walk";
export const NAMESPACE = "team-a";

const KINDS = ["agenticsessions", "jobs", "pods"] as const;
type Kind = (typeof KINDS)[number];

export type Step =
  | { readonly kind: "reconcile"; readonly faults: readonly Fault[] }
  /** Everybody does one step; without it chance alone would rarely bring a session to life. */
  | {
      readonly kind: "progress";
      readonly faults: readonly Fault[];
      readonly fresh: readonly Kind[];
      readonly garbage: boolean;
    }
  | { readonly kind: "sync"; readonly what: Kind }
  | { readonly kind: "operator-restart" }
  | { readonly kind: "jobs" }
  | { readonly kind: "node" }
  | { readonly kind: "time"; readonly seconds: number }
  | { readonly kind: "stop" | "start" | "delete" | "edit" | "delete-job" | "delete-pod" }
  | {
      readonly kind: "exit";
      readonly code: 0 | 1 | 2 | 137 | 143;
      readonly reason: "Error" | "OOMKilled" | "Completed";
    }
  | {
      readonly kind:
        | "evict"
        | "lose-node"
        | "image-missing"
        | "image-back"
        | "agent"
        | "budget"
        | "backend-down"
        | "backend-up";
    };

const fault = fc.oneof(
  { weight: 7, arbitrary: fc.constant<Fault>("none") },
  { weight: 3, arbitrary: fc.constantFrom<Fault>("conflict", "throttled", "error", "lost-request", "lost-answer") },
);
const simple = <K extends Step["kind"]>(...kinds: K[]) =>
  fc.constantFrom(...kinds.map((kind) => ({ kind }) as unknown as Step));

export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 24,
    arbitrary: fc.record({
      kind: fc.constant("progress" as const),
      faults: fc.array(fault, { maxLength: 12 }),
      garbage: fc.boolean(),
      // Which caches keep up: mostly all of them.
      fresh: fc.oneof(
        { weight: 2, arbitrary: fc.constant([...KINDS]) },
        { weight: 1, arbitrary: fc.subarray([...KINDS]) },
      ),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant("reconcile" as const), faults: fc.array(fault, { maxLength: 12 }) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("sync" as const),
      what: fc.constantFrom(...KINDS),
    }),
  },
  { weight: 8, arbitrary: simple("jobs", "node") },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("time" as const), seconds: fc.constantFrom(1, 4, 30, 200, 700, 90_000) }),
  },
  { weight: 5, arbitrary: simple("stop", "start", "edit", "agent") },
  { weight: 1, arbitrary: simple("delete", "operator-restart", "budget") },
  {
    weight: 2,
    arbitrary: simple(
      "delete-job",
      "delete-pod",
      "evict",
      "lose-node",
      "image-missing",
      "image-back",
      "backend-down",
      "backend-up",
    ),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("exit" as const),
      code: fc.constantFrom(0 as const, 1 as const, 2 as const, 137 as const, 143 as const),
      reason: fc.constantFrom("Error" as const, "OOMKilled" as const, "Completed" as const),
    }),
  },
);

/** A cache that learns of changes only when it is told to. */
class LaggingCache<T extends KubernetesObject> implements ObjectView<T> {
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

const RUNTIME = {
  id: "runner",
  displayName: "Runner",
  description: "",
  framework: "replay",
  provider: null,
  container: { image: "runner", port: 8001, env: {}, resources: { requests: {}, limits: {} } },
  sandbox: { stateDir: "/workspace", workspaceSize: "1Gi", terminationGracePeriod: 5, seed: { cloneRepos: true } },
  auth: { requiredSecretKeys: [], secretKeyLogic: "any" as const },
  capabilities: {
    framework: "replay",
    provider: null,
    agentFeatures: [],
    fileSystem: false,
    mcp: false,
    tracing: null,
    supportedTracing: null,
    sessionPersistence: false,
  },
};
const REGISTRIES: Registries = {
  agents: [RUNTIME],
  models: {
    version: 1,
    defaultModel: "m",
    providerDefaults: {},
    models: [{ id: "m", label: "m", provider: "x", available: true, featureGated: false }],
  },
};
const POD = {
  brokerImage: "broker",
  backendUrl: "http://backend",
  backendJwks: "{}",
  nodeSelector: {},
  runtimeClass: undefined,
  recordingsDirectory: undefined,
  gitHosts: undefined,
  otlpEndpoint: undefined,
  upstreams: {},
};

interface PodStatus {
  phase?: string;
  conditions?: { type: string; status: string; reason?: string; message?: string }[];
  containerStatuses?: { name: string; state: Record<string, unknown> }[];
  podIP?: string;
  reason?: string;
  message?: string;
}

export class World {
  readonly api = new MemoryApi();
  readonly #sessions = new LaggingCache<SessionObject>();
  readonly #jobs = new LaggingCache<KubernetesObject>();
  readonly #pods = new LaggingCache<KubernetesObject>();
  readonly seen = new Set<string>();
  readonly #client: KubernetesClient;
  #reconciler: SessionReconciler;
  #faults: Fault[] = [];
  /** uids of pods whose node does not answer any more; later pods go to another one. */
  readonly #lost = new Set<string>();
  #imageMissing = false;
  #backendUp = true;
  #podNumber = 0;
  /** First prompts that reached an agent. */
  prompts = 0;

  constructor() {
    this.api.now = Date.parse("2026-01-01T00:00:00Z");
    this.#client = new KubernetesClient({ transport: this.api, retry: NO_RETRY });
    this.#reconciler = this.#operator();
    this.api.fault = () => this.#faults.shift() ?? "none";
    this.api.onChange = (plural, before, after) => {
      if (plural === "agenticsessions") this.#checkTransition(before, after);
      if (plural === "pods") this.#checkRunners();
    };
    const spec = {
      runnerType: "runner",
      desiredState: "Running",
      stopOnRunFinished: false,
      permissionMode: "bypass",
      timeout: 80_000,
    };
    this.api.add("agenticsessions", { metadata: { name: NAME, namespace: NAMESPACE }, ...{ spec } });
  }

  get session(): Stored<SessionObject> | undefined {
    return this.api.get("agenticsessions", NAME) as Stored<SessionObject> | undefined;
  }

  async take(step: Step): Promise<void> {
    switch (step.kind) {
      case "reconcile":
        this.#faults = [...step.faults];
        await this.reconcile().catch(() => undefined);
        this.#faults = [];
        return;
      case "progress":
        for (const what of step.fresh) this.sync(what);
        await this.take({ kind: "reconcile", faults: step.faults });
        this.#runJobController();
        if (step.garbage) this.#collectGarbage();
        this.#runNode();
        this.api.now += 200;
        return;
      case "sync":
        this.sync(step.what);
        return;
      case "operator-restart":
        for (const what of KINDS) this.sync(what);
        this.#reconciler = this.#operator();
        return;
      case "jobs":
        this.#runJobController();
        return;
      case "node":
        this.#runNode();
        return;
      case "time":
        this.api.now += step.seconds * 1000;
        return;
      case "stop":
        this.#edit(({ spec }) => (spec.desiredState = "Stopped"));
        return;
      case "start":
        this.#edit(({ spec }) => (spec.desiredState = "Running"));
        return;
      case "edit":
        this.#edit(({ spec }) => (spec.displayName = `name ${this.api.writes}`));
        return;
      case "delete":
        this.api.remove("agenticsessions", NAME);
        return;
      case "delete-job":
        for (const job of this.api.list("jobs")) this.api.remove("jobs", job.metadata.name);
        return;
      case "delete-pod":
        for (const pod of this.api.list("pods")) this.api.remove("pods", pod.metadata.name);
        return;
      case "exit":
        this.#endPods({ exitCode: step.code, reason: step.reason }, {});
        return;
      case "evict":
        this.#endPods(undefined, { reason: "Evicted", message: "the node was low on memory" });
        return;
      case "agent":
        this.#runAgent();
        return;
      case "budget":
        this.#digest({ budgetExceeded: "maxTokens" });
        return;
      case "lose-node":
        for (const pod of this.api.list("pods")) this.#lost.add(pod.metadata.uid);
        return;
      case "image-missing":
        this.#imageMissing = true;
        return;
      case "image-back":
        this.#imageMissing = false;
        return;
      case "backend-down":
        this.#backendUp = false;
        return;
      case "backend-up":
        this.#backendUp = true;
        return;
    }
  }

  async reconcile(): Promise<number | undefined> {
    const result = await this.#reconciler.reconcile(`${NAMESPACE}/${NAME}`, new AbortController().signal);
    return result.requeueAfterMilliseconds;
  }

  sync(what: Kind): void {
    const cache = what === "agenticsessions" ? this.#sessions : what === "jobs" ? this.#jobs : this.#pods;
    (cache as LaggingCache<KubernetesObject>).sync(this.api.list(what));
  }

  /** Everything works again and everybody does their part until nothing changes and nothing is awaited. */
  async settle(): Promise<void> {
    this.#imageMissing = false;
    this.#backendUp = true;
    this.#digest({ budgetExceeded: undefined });
    for (let round = 0; round < 400; round += 1) {
      const before = this.api.writes;
      for (const what of KINDS) this.sync(what);
      const wake = await this.reconcile();
      this.#runJobController();
      this.#collectGarbage();
      this.#runNode();
      this.api.now += 100;
      if (this.api.writes !== before) continue;
      // A running session only waits for its far-off deadlines.
      if (wake === undefined || this.session?.status?.phase === "Running") return;
      this.api.now += wake;
    }
    throw new Error(`does not settle: ${JSON.stringify(this.session?.status)}`);
  }

  livePods(): string[] {
    return this.api
      .list("pods")
      .filter((pod) => this.#isLive(pod))
      .map((pod) => pod.metadata.name);
  }

  #operator(): SessionReconciler {
    const register = new WrittenObjects<SessionObject>(this.#sessions);
    const world: SessionWorld = {
      jobs: () => this.#jobs.list(),
      pods: () => this.#pods.list() as never,
      sessions: () => this.#sessions.list(),
      settings: () => undefined,
      isManaged: () => true,
      runnerKeys: () => new Set(),
    };
    return new SessionReconciler({
      client: this.#client,
      register,
      world,
      registries: async () => REGISTRIES,
      places: new PlaceBook(),
      transcripts: {
        remove: async () => {
          if (!this.#backendUp) throw new Error("the backend does not answer");
        },
      },
      policy: DEFAULT_POLICY,
      pod: POD,
      storageClass: undefined,
      record: () => {},
      logger: silentLogger,
      now: () => this.api.now,
    });
  }

  #checkTransition(before: KubernetesObject | undefined, after: KubernetesObject | undefined): void {
    if (after === undefined) {
      if (this.livePods().length > 0) throw new Error(`the session is gone and ${this.livePods().join()} is alive`);
      return;
    }
    const from = (before as SessionObject | undefined)?.status?.phase ?? "New";
    const to = (after as SessionObject).status?.phase;
    if (to === undefined || from === to) return;
    this.seen.add(`${from} → ${to}`);
    if (!TRANSITIONS.some((transition) => transition.from === from && transition.to === to))
      throw new Error(`no way leads from ${from} to ${to}`);
  }

  #checkRunners(): void {
    const running = this.api.list("pods").filter((pod) => (pod.status as PodStatus).phase === "Running");
    if (running.length > 1) throw new Error(`two runners: ${running.map((pod) => pod.metadata.name).join(", ")}`);
  }

  #isLive(pod: { status?: unknown }): boolean {
    const { phase } = (pod.status ?? {}) as PodStatus;
    return phase !== "Succeeded" && phase !== "Failed";
  }

  #edit(change: (session: SessionObject) => void): void {
    this.api.change("agenticsessions", NAME, (session) => change(session as unknown as SessionObject));
  }

  #digest(fields: Record<string, unknown>): void {
    this.#edit((session) => {
      if (session.status === undefined) return;
      const agent = {
        status: "idle",
        promptDelivered: false,
        lastSeq: 0,
        turns: 0,
        toolCalls: 0,
        finishedRuns: 0,
        ...session.status.agent,
        ...fields,
      };
      session.status = { ...session.status, agent: JSON.parse(JSON.stringify(agent)) as never };
    });
  }

  /** The runner's rule: deliver the first prompt unless it is on record that it was. */
  #runAgent(): void {
    const ready = this.api.list("pods").some((pod) => (pod.status as PodStatus).phase === "Running");
    if (!ready || this.session?.status === undefined) return;
    if (this.session.status.agent?.promptDelivered !== true) this.prompts += 1;
    this.#digest({ promptDelivered: true, lastActivityTime: new Date(this.api.now).toISOString() });
  }

  /** kube-controller-manager: Jobs make one pod, note its end, and their pods go with them. */
  #runJobController(): void {
    for (const job of this.api.list("jobs")) {
      const name = job.metadata.name;
      const finished = ((job.status?.["conditions"] ?? []) as { type: string }[]).some(
        ({ type }) => type === "Failed" || type === "Complete",
      );
      const pods = this.api.list("pods").filter((pod) => pod.metadata.ownerReferences?.[0]?.uid === job.metadata.uid);
      const finish = (type: string, reason: string): void =>
        this.api.change(
          "jobs",
          name,
          (object) => (object.status = { ...object.status, conditions: [{ type, status: "True", reason }] }),
        );
      if (finished) continue;
      const start = Date.parse(
        (job.status?.["startTime"] as string | undefined) ?? job.metadata.creationTimestamp ?? "",
      );
      const limit = job.spec?.["activeDeadlineSeconds"];
      if (typeof limit === "number" && this.api.now >= start + limit * 1000) {
        for (const pod of pods) this.api.remove("pods", pod.metadata.name);
        finish("Failed", "DeadlineExceeded");
        continue;
      }
      if (job.status?.["startTime"] === undefined) {
        this.api.change(
          "jobs",
          name,
          (object) => (object.status = { startTime: new Date(this.api.now).toISOString() }),
        );
        const { labels } = (job.spec?.["template"] as { metadata: { labels: Record<string, string> } }).metadata;
        const owner = { apiVersion: "batch/v1", kind: "Job", name, uid: job.metadata.uid, controller: true };
        this.#podNumber += 1;
        this.api.add("pods", {
          metadata: { name: `${name}-${this.#podNumber}`, namespace: NAMESPACE, labels, ownerReferences: [owner] },
        });
        continue;
      }
      const ended = pods.find((pod) => !this.#isLive(pod));
      if (ended === undefined && pods.length > 0) continue;
      const good = (ended?.status as PodStatus | undefined)?.phase === "Succeeded";
      finish(good ? "Complete" : "Failed", good ? "CompletionsReached" : "BackoffLimitExceeded");
    }
  }

  /** Dependants of what is gone go too, some time later. */
  #collectGarbage(): void {
    const jobs = new Set(this.api.list("jobs").map((job) => job.metadata.uid));
    for (const pod of this.api.list("pods")) {
      if (!jobs.has(pod.metadata.ownerReferences?.[0]?.uid ?? "")) this.api.remove("pods", pod.metadata.name);
    }
    if (this.session === undefined) for (const job of this.api.list("jobs")) this.api.remove("jobs", job.metadata.name);
  }

  /** A kubelet: one stage forward for each pod, and out with those that are to go. */
  #runNode(): void {
    for (const pod of this.api.list("pods")) {
      const { name } = pod.metadata;
      const status = (pod.status ?? {}) as PodStatus;
      if (this.#lost.has(pod.metadata.uid)) {
        // The node controller asks it to go; nobody is there to do it.
        this.api.remove("pods", name);
        continue;
      }
      if (pod.metadata.deletionTimestamp !== undefined) {
        if (this.#isLive(pod)) this.#setPod(name, ended(143, "Error"));
        else this.api.remove("pods", name, 0);
        continue;
      }
      if (!this.#isLive(pod)) continue;
      if (status.conditions === undefined) {
        this.#setPod(name, { phase: "Pending", conditions: [{ type: "PodScheduled", status: "True" }] });
      } else if (status.phase === "Pending" && this.#imageMissing) {
        this.#setPod(name, {
          ...status,
          containerStatuses: [
            { name: "runner", state: { waiting: { reason: "ImagePullBackOff", message: "no such image" } } },
          ],
        });
      } else if (status.phase === "Pending") {
        const conditions = [
          { type: "PodScheduled", status: "True" },
          { type: "Ready", status: "True" },
        ];
        this.#setPod(name, {
          phase: "Running",
          conditions,
          podIP: "127.0.0.2",
          containerStatuses: [{ name: "runner", state: { running: {} } }],
        });
      }
    }
  }

  #setPod(name: string, status: PodStatus): void {
    this.api.change("pods", name, (pod) => (pod.status = status as Record<string, unknown>));
  }

  #endPods(runner: { exitCode: number; reason: string } | undefined, pod: { reason?: string; message?: string }): void {
    for (const object of this.api.list("pods")) {
      const status = (object.status ?? {}) as PodStatus;
      if (status.phase !== "Running") continue;
      this.#setPod(
        object.metadata.name,
        runner === undefined ? { phase: "Failed", ...pod } : ended(runner.exitCode, runner.reason),
      );
    }
  }
}

function ended(exitCode: number, reason: string): PodStatus {
  return {
    phase: exitCode === 0 ? "Succeeded" : "Failed",
    containerStatuses: [{ name: "runner", state: { terminated: { exitCode, reason } } }],
  };
}

export function restsOrRuns(session: Stored<SessionObject>): boolean {
  return session.status?.phase === "Running" || isFinal(session.status?.phase);
}

export { LABELS, SESSION_FINALIZER };
