// Reconciles one session: observe, decide, act. All thinking is in `decide`; here are only the order of the steps and
// what is done when one of them is refused.
import { FIELD_MANAGERS, SESSION_FINALIZER, type AgentRuntimeSpec } from "@pilothouse/contracts";
import {
  isAlreadyExists,
  isConflict,
  isNotFound,
  jobs,
  parseKey,
  pods,
  type Job,
  type KubernetesClient,
  type Logger,
  type RecordedEvent,
  type ReconcileResult,
  type Stored,
} from "@pilothouse/kubernetes";
import { fieldsPatch } from "../apply/status-patch.ts";
import type { Registries } from "../configuration/registries.ts";
import { sessions, type SessionObject } from "../resources/types.ts";
import type { TranscriptStore } from "../transcript/transcript-store.ts";
import { decide } from "./decide.ts";
import { OPERATOR_STATUS_FIELDS, type Action, type Decision } from "./decision.ts";
import { gather, limitOf, observe, type SessionWorld } from "./gather.ts";
import { handoverJob } from "./handover-job.ts";
import { sessionJob, type PodSettings } from "./job.ts";
import { ANNOTATIONS } from "./names.ts";
import { occupiesSlot } from "./lifecycle.ts";
import type { Observation, Policy, Preparation } from "./observation.ts";
import { notUsable, ownership, prepare, refusal } from "./prepare.ts";
import { prepareHandover } from "./prepare-handover.ts";
import type { PlaceBook } from "./queue.ts";
import { chooseRuntime } from "./runtime.ts";

/** The sessions as the operator knows them, its own writes included. */
export interface SessionRegister {
  get(key: string): Stored<SessionObject> | undefined;
  put(session: Stored<SessionObject>): void;
}

export interface SessionReconcilerOptions {
  readonly client: KubernetesClient;
  readonly register: SessionRegister;
  readonly world: SessionWorld;
  readonly registries: () => Promise<Registries>;
  readonly places: PlaceBook;
  /** A place that was promised in the project was not taken. */
  readonly onPlaceFree: (namespace: string) => void;
  readonly transcripts: TranscriptStore;
  /** Keeps what a session has cost on this day, before it is let go. */
  readonly settleCost: (session: Stored<SessionObject>, signal: AbortSignal) => Promise<void>;
  readonly policy: Policy;
  readonly pod: PodSettings;
  readonly storageClass: string | undefined;
  readonly record: (session: Stored<SessionObject>, event: RecordedEvent) => void;
  readonly onTransition?: (from: Stored<SessionObject>, to: Stored<SessionObject>) => void;
  readonly logger: Logger;
  readonly now: () => number;
}

const WRITE = { fieldManager: FIELD_MANAGERS.operatorSession };
/** prepare, removeTranscript and a refused Job each lead to one more look; more than that is a mistake of ours. */
const MOST_ROUNDS = 5;

export class SessionReconciler {
  readonly #options: SessionReconcilerOptions;

  constructor(options: SessionReconcilerOptions) {
    this.#options = options;
  }

  async reconcile(key: string, signal: AbortSignal): Promise<ReconcileResult> {
    const { register, places, client, onPlaceFree } = this.#options;
    const session = register.get(key);
    if (session === undefined) {
      places.settle(parseKey(key));
      return {};
    }
    try {
      const result = await this.#reconcile(session, signal);
      // Not after a failure: the write that takes the place may have happened although its answer was lost.
      const promised = places.settle(session.metadata);
      // Whoever was told meanwhile that there is no place must hear that there is one after all.
      if (promised && !occupiesSlot(register.get(key)?.status?.phase)) onPlaceFree(session.metadata.namespace ?? "");
      return result;
    } catch (error) {
      // The cache is behind another writer: the retry starts from what is stored.
      if (isConflict(error)) {
        const live = await client.find(sessions, parseKey(key), { signal });
        if (live !== undefined) register.put(live);
      }
      throw error;
    }
  }

  async #reconcile(start: Stored<SessionObject>, signal: AbortSignal): Promise<ReconcileResult> {
    const registries = await this.#options.registries();
    let session = start;
    let preparation: Preparation | undefined;
    let transcript: Observation["transcript"];
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const decision = await this.#decide(session, registries, preparation, transcript, signal);
      const { actions } = decision;
      if (actions.some((action) => action.type === "addFinalizer")) session = await this.#addFinalizer(session, signal);

      if (actions.some((action) => action.type === "prepareHandover")) {
        const { client, transcripts } = this.#options;
        preparation = await prepareHandover(client, transcripts, session, runtimeOf(session, registries), signal);
        continue;
      }
      const preparing = actions.find((action) => action.type === "prepare");
      if (preparing !== undefined) {
        preparation = await this.#prepare(session, registries, preparing, signal);
        continue;
      }
      if (actions.some((action) => action.type === "removeTranscript")) {
        transcript = await this.#removeTranscript(session, signal);
        continue;
      }
      const acted = await this.#act(session, registries, decision, signal);
      if (acted.refused === undefined) return this.#result(decision);
      preparation = acted.refused;
      session = acted.session;
    }
    throw new Error(
      `session ${start.metadata.namespace}/${start.metadata.name}: no decision after ${MOST_ROUNDS} rounds`,
    );
  }

  async #decide(
    session: Stored<SessionObject>,
    registries: Registries,
    preparation: Preparation | undefined,
    transcript: Observation["transcript"],
    signal: AbortSignal,
  ): Promise<Decision> {
    const { client, world, places, policy, pod, now } = this.#options;
    const namespace = session.metadata.namespace ?? "";
    const gathered = await gather(client, world, session, registries, now(), signal);
    // From here to the promise nothing may wait: see PlaceBook.
    const limit = limitOf(world, namespace);
    const position = limit === undefined ? 0 : places.position(session, world.sessions(namespace), limit);
    const upstreamsSet = new Set(Object.keys(pod.upstreams));
    const observation = observe(world, session, gathered, {
      upstreamsSet,
      position,
      limit,
      now: now(),
      preparation,
      transcript,
    });
    const decision = decide(observation, policy);
    if (decision.actions.some((action) => action.type === "prepare")) places.promise(session);
    return decision;
  }

  #result(decision: Decision): ReconcileResult {
    if (decision.wakeAt === undefined) return {};
    return { requeueAfterMilliseconds: Math.max(10, decision.wakeAt - this.#options.now()) };
  }

  async #act(
    session: Stored<SessionObject>,
    registries: Registries,
    decision: Decision,
    signal: AbortSignal,
  ): Promise<{ session: Stored<SessionObject>; refused: Preparation | undefined }> {
    const { record } = this.#options;
    const leaving = session.metadata.deletionTimestamp !== undefined;
    const last = decision.actions.some((action) => action.type === "removeFinalizer");
    const gone = leaving && session.metadata.finalizers?.includes(SESSION_FINALIZER) !== true;
    let current = session;
    if (!last && !gone) current = await this.#writeStatus(session, decision, signal);
    for (const event of decision.events) record(current, event);
    for (const action of decision.actions) {
      const refused = await this.#perform(current, registries, action, signal);
      if (refused !== undefined) return { session: current, refused };
    }
    return { session: current, refused: undefined };
  }

  async #writeStatus(
    session: Stored<SessionObject>,
    decision: Decision,
    signal: AbortSignal,
  ): Promise<Stored<SessionObject>> {
    const { client, register, onTransition } = this.#options;
    const patch = fieldsPatch(session.status, decision.status, OPERATOR_STATUS_FIELDS);
    if (patch === undefined) return session;
    const { namespace, name, resourceVersion } = session.metadata;
    // The version guards against acting on a view that another writer has overtaken.
    const body = { metadata: { resourceVersion }, status: patch };
    const written = await client.patch(
      sessions,
      { namespace, name },
      { type: "merge", body },
      { ...WRITE, subresource: "status", signal },
    );
    register.put(written);
    onTransition?.(session, written);
    return written;
  }

  async #perform(
    session: Stored<SessionObject>,
    registries: Registries,
    action: Action,
    signal: AbortSignal,
  ): Promise<Preparation | undefined> {
    const { client, register } = this.#options;
    const { namespace, name, uid } = session.metadata;
    switch (action.type) {
      case "createJob":
        return this.#createJob(
          session,
          sessionJob(session, action.attempt, runtimeOf(session, registries), this.#options.pod),
          signal,
        );
      case "createHandoverJob": {
        const { attempt, which } = action;
        const runtime = runtimeOf(session, registries);
        const job = handoverJob(session, { attempt, which }, runtime, this.#options.pod);
        await this.#createJob(session, job, signal);
        return undefined;
      }
      case "deleteJob":
        await goneIsFine(
          client.delete(
            jobs,
            { namespace, name: action.name },
            { propagationPolicy: "Background", preconditions: { uid: action.uid }, signal },
          ),
        );
        return undefined;
      case "deletePod": {
        const gracePeriodSeconds = action.force ? 0 : undefined;
        await goneIsFine(
          client.delete(
            pods,
            { namespace, name: action.name },
            { preconditions: { uid: action.uid }, gracePeriodSeconds, signal },
          ),
        );
        return undefined;
      }
      case "closeWish": {
        const metadata = { annotations: { [ANNOTATIONS.closedAttempt]: String(action.attempt) } };
        const body = { metadata, spec: { desiredState: "Stopped" } };
        register.put(await client.patch(sessions, { namespace, name }, { type: "merge", body }, { ...WRITE, signal }));
        return undefined;
      }
      case "deleteSession":
        await goneIsFine(client.delete(sessions, { namespace, name }, { preconditions: { uid }, signal }));
        return undefined;
      case "removeFinalizer": {
        await this.#options.settleCost(session, signal);
        const finalizers = (session.metadata.finalizers ?? []).filter((finalizer) => finalizer !== SESSION_FINALIZER);
        await this.#writeFinalizers(session, finalizers, signal).catch((error: unknown) => {
          if (!isNotFound(error)) throw error;
        });
        return undefined;
      }
      case "addFinalizer":
      case "prepare":
      case "prepareHandover":
      case "removeTranscript":
        // Done before the status was written.
        return undefined;
    }
  }

  async #addFinalizer(session: Stored<SessionObject>, signal: AbortSignal): Promise<Stored<SessionObject>> {
    const present = session.metadata.finalizers ?? [];
    if (present.includes(SESSION_FINALIZER)) return session;
    return this.#writeFinalizers(session, [...present, SESSION_FINALIZER], signal);
  }

  async #writeFinalizers(
    session: Stored<SessionObject>,
    finalizers: string[],
    signal: AbortSignal,
  ): Promise<Stored<SessionObject>> {
    const { client, register } = this.#options;
    const { namespace, name, resourceVersion } = session.metadata;
    const body = { metadata: { resourceVersion, finalizers } };
    const written = await client.patch(sessions, { namespace, name }, { type: "merge", body }, { ...WRITE, signal });
    register.put(written);
    return written;
  }

  async #prepare(
    session: Stored<SessionObject>,
    registries: Registries,
    attempt: { readonly attempt: number; readonly again: boolean },
    signal: AbortSignal,
  ): Promise<Preparation> {
    const { client, storageClass } = this.#options;
    const runtime = runtimeOf(session, registries);
    const workspaceSize = session.spec.workspaceSize ?? runtime.sandbox.workspaceSize;
    return prepare(client, session, attempt, { workspaceSize, storageClass, port: runtime.container.port }, signal);
  }

  async #createJob(session: Stored<SessionObject>, job: Job, signal: AbortSignal): Promise<Preparation | undefined> {
    const { client } = this.#options;
    try {
      await client.create(jobs, job, { ...WRITE, signal });
      return undefined;
    } catch (error) {
      if (!isAlreadyExists(error)) return refusal(error);
    }
    const name = job.metadata?.name ?? "";
    const live = await client.find(jobs, { namespace: session.metadata.namespace, name }, { signal });
    // Gone between two looks: the next round creates it.
    if (live === undefined)
      return { state: "blocked", reason: "WorkspaceTerminating", message: `Job ${name} has just gone` };
    const owner = ownership(live, session);
    return owner === "ours" ? undefined : notUsable("Job", name, owner);
  }

  async #removeTranscript(session: Stored<SessionObject>, signal: AbortSignal): Promise<Observation["transcript"]> {
    const { transcripts, logger } = this.#options;
    try {
      await transcripts.remove(session.metadata.uid, signal);
      return { removed: true };
    } catch (error) {
      signal.throwIfAborted();
      logger.warn(
        { error, session: `${session.metadata.namespace}/${session.metadata.name}` },
        "a transcript could not be removed",
      );
      return { removed: false, message: error instanceof Error ? error.message : String(error) };
    }
  }
}

function runtimeOf(session: Stored<SessionObject>, registries: Registries): AgentRuntimeSpec {
  const choice = chooseRuntime(session.spec, registries);
  if (choice.known) return choice.runtime;
  throw new Error(`session ${session.metadata.namespace}/${session.metadata.name}: ${choice.message}`);
}

/** 404: it is gone. 409 on a delete with a uid: another object of that name stands there. Both are what was wanted. */
async function goneIsFine(operation: Promise<unknown>): Promise<void> {
  try {
    await operation;
  } catch (error) {
    if (!isNotFound(error) && !isConflict(error)) throw error;
  }
}
