// The world of a history: the real reconciler, over an API in memory, with everybody else played.
import { LABELS } from "@pilothouse/contracts";
import { KubernetesClient, NO_RETRY, silentLogger, type KubernetesObject, type Stored } from "@pilothouse/kubernetes";
import { WrittenObjects } from "../../src/apply/written-objects.ts";
import type { ProjectSettingsObject, SessionObject } from "../../src/resources/types.ts";
import type { SessionWorld } from "../../src/session/gather.ts";
import { TRANSITIONS, isFinal } from "../../src/session/lifecycle.ts";
import { DEFAULT_POLICY } from "../../src/session/observation.ts";
import { PlaceBook } from "../../src/session/queue.ts";
import { SessionReconciler } from "../../src/session/session-reconciler.ts";
import { ClusterActors, isLive, type PodStatus } from "./cluster-actors.ts";
import { POD, REGISTRIES } from "./fixtures.ts";
import { LaggingCache } from "./lagging-cache.ts";
import { MemoryApi, type Fault } from "./memory-api.ts";
import { KINDS, NAME, NAMESPACE, NEEDS, type Kind, type Need, type Step } from "./steps.ts";

export class World {
  readonly api = new MemoryApi();
  readonly #actors = new ClusterActors(this.api);
  readonly #sessions = new LaggingCache<SessionObject>();
  readonly #jobs = new LaggingCache<KubernetesObject>();
  readonly #pods = new LaggingCache<KubernetesObject>();
  readonly seen = new Set<string>();
  readonly #client: KubernetesClient;
  #reconciler: SessionReconciler;
  #faults: Fault[] = [];
  #backendUp = true;
  readonly #lacking = new Set<Need>();
  /** What must never be and was. Not thrown: it would look to the operator as if its request had failed. */
  violation: string | undefined;
  #ends = 0;
  /** How often what a runner had left was handed over. */
  handovers = 0;
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
    this.#actors.onStart = (pod) => this.#open(pod);
    // Every other runner is killed before it has sent everything.
    this.#actors.onStop = (pod) => {
      this.#ends += 1;
      if (this.#ends % 2 === 0) this.#send(pod);
    };
    this.#actors.handOver = () => {
      const [pod] = this.api.list("pods").filter(({ metadata }) => metadata.labels?.[LABELS.handover] !== undefined);
      return pod !== undefined && this.#send(pod) ? 0 : 1;
    };
    const spec = {
      runnerType: "runner",
      desiredState: "Running",
      stopOnRunFinished: false,
      permissionMode: "bypass",
      timeout: 80_000,
    };
    this.api.add("agenticsessions", { metadata: { name: NAME, namespace: NAMESPACE }, spec } as KubernetesObject);
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
        this.#actors.runJobController();
        if (step.garbage) this.#actors.collectGarbage();
        this.#actors.runNode();
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
        this.#actors.runJobController();
        return;
      case "node":
        this.#actors.runNode();
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
        this.#actors.endPods({ exitCode: step.code, reason: step.reason }, {});
        return;
      case "evict":
        this.#actors.endPods(undefined, { reason: "Evicted", message: "the node was low on memory" });
        return;
      case "agent":
        this.#runAgent();
        return;
      case "budget":
        this.#digest({ budgetExceeded: "maxTokens" });
        return;
      case "lose-node":
        for (const pod of this.api.list("pods")) this.#actors.lost.add(pod.metadata.uid);
        return;
      case "image-missing":
        this.#actors.imageMissing = true;
        return;
      case "image-back":
        this.#actors.imageMissing = false;
        return;
      case "backend-down":
        this.#backendUp = false;
        return;
      case "backend-up":
        this.#backendUp = true;
        return;
      case "lose-volume":
        for (const claim of this.api.list("persistentvolumeclaims"))
          this.api.remove("persistentvolumeclaims", claim.metadata.name);
        return;
      case "lack":
        this.#lack(step.what, step.lacks);
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
    this.#actors.imageMissing = false;
    this.#backendUp = true;
    for (const need of NEEDS) this.#lack(need, false);
    this.#digest({ budgetExceeded: undefined });
    for (let round = 0; round < 400; round += 1) {
      const before = this.api.writes;
      for (const what of KINDS) this.sync(what);
      const wake = await this.reconcile();
      this.#actors.runJobController();
      this.#actors.collectGarbage();
      this.#actors.runNode();
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
      .filter((pod) => isLive(pod))
      .map((pod) => pod.metadata.name);
  }

  #operator(): SessionReconciler {
    const register = new WrittenObjects<SessionObject>(this.#sessions);
    const world: SessionWorld = {
      jobs: () => this.#jobs.list(),
      pods: () => this.#pods.list(),
      sessions: () => this.#sessions.list(),
      children: () => [],
      settings: () => this.#settings(),
      isManaged: () => true,
      runnerKeys: () => new Set(this.#lacking.has("key") ? [] : ["KEY"]),
    };
    return new SessionReconciler({
      client: this.#client,
      register,
      world,
      registries: async () => REGISTRIES,
      places: new PlaceBook(),
      onPlaceFree: () => {},
      transcripts: {
        remove: async () => {
          if (!this.#backendUp) throw new Error("the backend does not answer");
        },
        unreachable: async () => (this.#backendUp ? undefined : "the backend does not answer"),
      },
      settleCost: async () => {},
      policy: DEFAULT_POLICY,
      pod: POD,
      storageClass: undefined,
      record: () => {},
      logger: silentLogger,
      now: () => this.api.now,
    });
  }

  #lack(need: Need, lacks: boolean): void {
    if (lacks) this.#lacking.add(need);
    else this.#lacking.delete(need);
    this.api.quotaFull = this.#lacking.has("quota");
  }

  /** A project without a place takes no session; one whose limit is nothing has no money either. */
  #settings(): Stored<ProjectSettingsObject> {
    const limits = {
      ...(this.#lacking.has("place") ? { maxRunningSessions: 0 } : {}),
      ...(this.#lacking.has("money") ? { maxCostUsdPerDay: 0 } : {}),
    };
    const metadata = { name: "projectsettings", namespace: NAMESPACE, uid: "settings", resourceVersion: "1" };
    return { metadata, spec: { limits } };
  }

  #checkTransition(before: KubernetesObject | undefined, after: KubernetesObject | undefined): void {
    if (after === undefined) {
      if (this.livePods().length > 0) this.violation ??= `the session is gone and ${this.livePods().join()} is alive`;
      return;
    }
    const from = (before as SessionObject | undefined)?.status?.phase ?? "New";
    const to = (after as SessionObject).status?.phase;
    if (to === undefined || from === to) return;
    this.seen.add(`${from} → ${to}`);
    if (!TRANSITIONS.some((transition) => transition.from === from && transition.to === to))
      this.violation ??= `no way leads from ${from} to ${to}`;
  }

  #checkRunners(): void {
    const running = this.api.list("pods").filter((pod) => (pod.status as PodStatus).phase === "Running");
    if (running.length > 1) this.violation ??= `two runners: ${running.map((pod) => pod.metadata.name).join(", ")}`;
  }

  /** Before it writes anything, a runner records that it may. */
  #open({ metadata }: KubernetesObject): void {
    if (metadata?.labels?.[LABELS.handover] !== undefined) return;
    const attempt = Number(metadata?.labels?.[LABELS.attempt]);
    this.#edit((session) => (session.status = { ...session.status, transcript: { attempt, complete: false } }));
  }

  /** Everything is in the store, if there is one. False = it was tried in vain. */
  #send({ metadata }: KubernetesObject): boolean {
    if (!this.#backendUp) return false;
    if (metadata?.labels?.[LABELS.handover] !== undefined) {
      const phase = this.session?.status?.phase;
      // It would read a log that another runner writes.
      if (phase === "Creating" || phase === "Running")
        this.violation ??= `a hand-over writes while the session is ${phase}`;
      this.handovers += 1;
    }
    this.#edit(({ status }) => {
      if (status?.transcript !== undefined) status.transcript.complete = true;
    });
    return true;
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
}

/** At rest, the transcript has everything, or the session says why it cannot. */
export function tellsOfItsTranscript({ status }: Stored<SessionObject>): boolean {
  const condition = status?.conditions?.find(({ type }) => type === "TranscriptComplete");
  if (status?.transcript === undefined) return condition === undefined;
  if (!isFinal(status.phase)) return condition?.status === "Unknown";
  return status.transcript.complete
    ? condition?.status === "True"
    : condition?.status === "False" && condition.reason === "WorkspaceLost";
}

export function restsOrRuns(session: Stored<SessionObject> | undefined): boolean {
  return session?.status?.phase === "Running" || isFinal(session?.status?.phase);
}
