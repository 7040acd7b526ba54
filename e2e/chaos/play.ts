/** Plays one history against a real installation: does each deed at its time, and watches that no session lives twice. */
import { API_GROUP, API_VERSION, type AgenticSessionStatus } from "@pilothouse/contracts";
import {
  connect,
  defineResource,
  jobs,
  KubernetesClient,
  loadConnection,
  pods,
  type KubernetesObject,
  type ResourceType,
} from "@pilothouse/kubernetes";
import { setTimeout as delay } from "node:timers/promises";
import type { Answer, Installation } from "../support/installation.ts";
import { Coverage } from "./coverage.ts";
import type { Agent, Deed, Habit, SessionPlan, Step } from "./history.ts";
import { componentProcess, kill, sessionProcesses, type SessionProcess } from "./processes.ts";

export const PROJECT = "chaos";
export const SESSIONS = `/projects/${PROJECT}/agentic-sessions`;

const agenticSessions = defineResource<KubernetesObject & { status?: AgenticSessionStatus }>({
  group: API_GROUP,
  version: API_VERSION,
  namespaced: true,
  plural: "agenticsessions",
  kind: "AgenticSession",
});

/** What was done in the end, as its user knows it. */
export type Ledger = {
  /** Sessions whose creation was answered with success. */
  readonly created: Map<string, SessionPlan>;
  readonly deleted: Set<string>;
  /** The last wish that was accepted, where one was said after the creation. */
  readonly wish: Map<string, "Running" | "Stopped">;
  /** Sentences about what must never happen and did. */
  readonly violations: string[];
};

/** Recordings: the first run of one ends with a question, of the other with a result. */
const ASKS = "fix-the-flaky-test";
const ENDS = "add-a-search";
const LOOK_EVERY = 250;
/** A user whose request got no answer tries again for this long. */
const PATIENCE = 120_000;

export class Play {
  readonly ledger: Ledger = { created: new Map(), deleted: new Set(), wish: new Map(), violations: [] };
  readonly coverage = new Coverage();
  readonly #installation: Installation;
  readonly #token: string;
  readonly agent: Agent;
  #client: KubernetesClient;
  #restarting: Promise<void> = Promise.resolve();
  #blackouts = 0;
  #dark = false;

  private constructor(installation: Installation, token: string, agent: Agent, client: KubernetesClient) {
    this.#installation = installation;
    this.agent = agent;
    this.#token = token;
    this.#client = client;
  }

  static async begin(installation: Installation, token: string, agent: Agent): Promise<Play> {
    return new Play(installation, token, agent, await clientOf(installation));
  }

  get client(): KubernetesClient {
    return this.#client;
  }

  async run(steps: readonly Step[]): Promise<void> {
    const watching = new AbortController();
    const watch = this.#watch(watching.signal);
    const began = Date.now();
    const doing: Promise<void>[] = [];
    for (const step of steps) {
      await delay(Math.max(0, step.at - (Date.now() - began)));
      doing.push(this.#do(step));
    }
    await Promise.all(doing);
    await this.#restarting;
    watching.abort();
    await watch;
  }

  async #do(deed: Deed): Promise<void> {
    switch (deed.do) {
      case "kill-everything":
        await this.#noteAll("everything");
        this.#installation.killSupervisor();
        this.#blackouts += 1;
        // A blackout during a start is dealt with by the restart that is under way.
        if (!this.#dark) this.#restarting = this.#comeBack();
        return this.#restarting;
      case "kill-component": {
        await this.#restarting;
        const pid = componentProcess(deed.component, this.#installation.supervisor);
        await this.#noteAll(deed.component);
        if (pid !== undefined) kill(pid);
        return;
      }
      case "create":
        return this.#create(deed.session);
      case "kill": {
        const { uid, phase } = await this.#look(deed.name);
        const isMeant = ({ kind }: SessionProcess): boolean =>
          kind === deed.process || (kind === "handover" && deed.process === "runner");
        for (const found of this.#processes()) {
          if (found.uid !== uid || !isMeant(found)) continue;
          kill(found.pid);
          this.coverage.count(found.kind, [phase]);
        }
        return;
      }
      case "delete-pod":
      case "delete-job":
        return this.#deleteObjects(deed.do === "delete-pod" ? pods : jobs, deed.name);
      case "message":
        await this.#ask("POST", `${SESSIONS}/${deed.name}/agui/run`, {
          messages: [{ role: "user", content: "go on" }],
        });
        return;
      case "stop":
      case "start": {
        const { status } = await this.#ask("POST", `${SESSIONS}/${deed.name}/${deed.do}`);
        if (status === 202) this.ledger.wish.set(deed.name, deed.do === "stop" ? "Stopped" : "Running");
        return;
      }
      case "delete": {
        const existed = this.ledger.created.has(deed.name);
        const { status, unanswered } = await this.#ask("DELETE", `${SESSIONS}/${deed.name}`);
        // 404: a first try whose answer was lost had been heard after all.
        if (status === 204 || (status === 404 && unanswered && existed)) this.ledger.deleted.add(deed.name);
      }
    }
  }

  async #comeBack(): Promise<void> {
    this.#dark = true;
    try {
      for (let seen = -1; seen !== this.#blackouts;) {
        seen = this.#blackouts;
        await this.#installation.up().catch((error: unknown) => {
          // A blackout that came before the start had taken the data directory hit nobody.
          const isUp = String(error).includes("already running");
          if (seen === this.#blackouts && !isUp) throw error;
        });
      }
      this.#client = await clientOf(this.#installation);
    } finally {
      this.#dark = false;
    }
  }

  async #create(session: SessionPlan): Promise<void> {
    const { name, prompt, habit } = session;
    const { status, body } = await this.#ask("POST", SESSIONS, {
      name,
      initialPrompt: prompt,
      ...(this.agent === "claude" ? {} : replayed(habit)),
      ...(habit === "run-finished" ? { stopOnRunFinished: true } : {}),
      ...(habit === "inactivity" ? { inactivityTimeout: 10 } : {}),
      ...(habit === "timeout" ? { timeout: 15 } : {}),
      ...(habit === "ttl" ? { stopOnRunFinished: true, ttlSecondsAfterFinished: 5 } : {}),
    });
    // 409: a first try whose answer was lost had been heard after all.
    if (status === 201 || status === 409) this.ledger.created.set(name, session);
    else this.ledger.violations.push(`creating ${name} was answered with ${status} ${JSON.stringify(body)}`);
  }

  /** Asks as a person does: when there is no answer, or only that the service is away, it tries again. */
  async #ask(method: string, path: string, body?: unknown): Promise<Answer & { unanswered: boolean }> {
    const deadline = Date.now() + PATIENCE;
    for (let unanswered = false; ; unanswered = true) {
      try {
        const answer = await this.#installation.api(this.#token, method, path, body);
        if (answer.status < 500 || Date.now() > deadline) return { ...answer, unanswered };
        if (answer.status === 500) this.ledger.violations.push(`${method} ${path}: 500 ${JSON.stringify(answer.body)}`);
      } catch (error) {
        if (Date.now() > deadline) throw error;
      }
      await delay(300);
    }
  }

  async #look(name: string): Promise<{ uid?: string; phase?: string }> {
    const { body } = await this.#ask("GET", `${SESSIONS}/${name}`);
    return { uid: body?.metadata?.uid, phase: body?.status?.phase };
  }

  async #noteAll(killed: string): Promise<void> {
    try {
      const { items } = await this.#client.list(agenticSessions, {
        namespace: PROJECT,
        signal: AbortSignal.timeout(2000),
      });
      this.coverage.count(
        killed,
        items.map(({ status }) => status?.phase),
      );
    } catch {
      // The API is away: what the sessions are in is not known.
    }
  }

  async #deleteObjects(kind: ResourceType, session: string): Promise<void> {
    try {
      const labelSelector = `pilothouse.dev/session=${session}`;
      const { items } = await this.#client.list(kind, { namespace: PROJECT, labelSelector });
      for (const { metadata } of items) {
        await this.#client.delete(
          kind,
          { namespace: PROJECT, name: metadata.name },
          { propagationPolicy: "Background" },
        );
      }
    } catch {
      // The API was away, or the object was quicker: then it was not deleted by us.
    }
  }

  #processes(): ReturnType<typeof sessionProcesses> {
    return sessionProcesses(Number(new URL(this.#installation.endpoints.kubernetes).port));
  }

  async #watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      // A hand-over reads and writes the same files.
      const runners = this.#processes().filter(({ kind }) => kind !== "broker");
      const uids = new Set<string>();
      for (const { uid } of runners) {
        if (uids.has(uid)) this.ledger.violations.push(`two live runners for session ${uid}`);
        uids.add(uid);
      }
      await delay(LOOK_EVERY, undefined, { signal }).catch(() => undefined);
    }
  }
}

function replayed(habit: Habit): Record<string, unknown> {
  const environmentVariables = { REPLAY_RECORDING: habit === "stays" ? ASKS : ENDS, REPLAY_SPEED: "4" };
  return { runnerType: "replay", environmentVariables };
}

async function clientOf(installation: Installation): Promise<KubernetesClient> {
  return connect(await loadConnection(installation.kubeconfig));
}
