/** The runner's own AgenticSession: read, watched, and its status patched, with the pod's ServiceAccount. */
import { readFile } from "node:fs/promises";
import { FIELD_MANAGERS } from "@pilothouse/contracts/names";
import { AgenticSession } from "@pilothouse/contracts/resources/agentic-session";
import type { KubernetesClient } from "@pilothouse/kubernetes/client/client";
import { connect } from "@pilothouse/kubernetes/config/connect";
import type { TokenSource } from "@pilothouse/kubernetes/config/token-source";
import { isForbidden, isNotFound, isUnauthorized } from "@pilothouse/kubernetes/errors";
import { Reflector } from "@pilothouse/kubernetes/informer/reflector";
import { defineResource, type KubernetesObject } from "@pilothouse/kubernetes/resources/meta";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { messageOf, RunnerError } from "../errors.ts";

const agenticSessions = defineResource<KubernetesObject & { spec?: unknown; status?: unknown }>({
  group: "pilothouse.dev",
  version: "v1alpha1",
  plural: "agenticsessions",
  kind: "AgenticSession",
  namespaced: true,
});

export interface SessionClientOptions {
  readonly apiUrl: string;
  readonly certificateAuthorityFile: string;
  readonly token: TokenSource;
  readonly project: string;
  readonly name: string;
  readonly uid: string;
  readonly logger: Logger;
  /** Milliseconds during which the first read is tried. Default 30 000. */
  readonly startTimeout?: number;
}

export class SessionClient {
  readonly #options: SessionClientOptions;
  readonly #client: KubernetesClient;

  private constructor(options: SessionClientOptions, client: KubernetesClient) {
    this.#options = options;
    this.#client = client;
  }

  static async open(options: SessionClientOptions): Promise<SessionClient> {
    const certificateAuthority = await readFile(options.certificateAuthorityFile, "utf8").catch((error: unknown) => {
      throw new RunnerError("ENVIRONMENT_INVALID", `${options.certificateAuthorityFile}: ${messageOf(error)}`);
    });
    const client = connect(
      {
        transport: { server: options.apiUrl, certificateAuthority, connections: 4 },
        token: options.token,
        namespace: options.project,
      },
      { userAgent: "pilothouse-runner" },
    );
    return new SessionClient(options, client);
  }

  /**
   * The session as it is now. An API server that does not answer is asked again for a while.
   *
   * @throws RunnerError SESSION_UNREADABLE
   */
  async read(signal: AbortSignal): Promise<AgenticSession> {
    const { project, name, uid } = this.#options;
    return this.#patiently(signal, async () => {
      const session = parse(await this.#client.get(agenticSessions, { namespace: project, name }, { signal }));
      if (session.metadata.uid !== uid)
        throw new RunnerError("SESSION_UNREADABLE", `session ${project}/${name}: is another one of the same name now`);
      return session;
    });
  }

  /**
   * Records that this attempt may write events from now on, which the transcript store then has to get: whoever dies
   * before the store has them, the operator knows of it.
   *
   * @param session as it was read
   * @throws RunnerError SESSION_UNREADABLE
   */
  async recordOpening(session: AgenticSession, attempt: number, signal: AbortSignal): Promise<void> {
    const { transcript } = session.status ?? {};
    if (transcript?.attempt === attempt && !transcript.complete) return;
    const body = { status: { transcript: { attempt, complete: false } } };
    await this.#patiently(signal, async () => this.patchStatus(body, signal));
  }

  async #patiently<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const { project, name, startTimeout = 30_000, logger } = this.#options;
    const deadline = Date.now() + startTimeout;
    for (;;) {
      try {
        return await work();
      } catch (error) {
        const final = error instanceof RunnerError || isNotFound(error) || isForbidden(error) || isUnauthorized(error);
        if (final || signal.aborted || Date.now() > deadline)
          throw error instanceof RunnerError
            ? error
            : new RunnerError("SESSION_UNREADABLE", `session ${project}/${name}: ${messageOf(error)}`, {
                cause: error,
              });
        logger.warn({ reason: messageOf(error) }, "the session cannot be reached yet: trying again");
        await sleep(500, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** Tells of each state of the session, until the signal aborts. */
  async watch(onState: (session: AgenticSession) => void, signal: AbortSignal): Promise<void> {
    const { project, name, uid, logger } = this.#options;
    const see = (object: unknown): void => {
      const result = AgenticSession.safeParse(object);
      if (result.success && result.data.metadata.uid === uid) onState(result.data);
    };
    const reflector = new Reflector({
      client: this.#client,
      resource: agenticSessions,
      selection: { namespace: project, fieldSelector: `metadata.name=${name}` },
      sink: {
        replace: (objects) => {
          for (const object of objects) see(object);
        },
        set: see,
        // A session that is gone takes its pod with it; there is nothing to do meanwhile.
        delete: () => undefined,
      },
      logger,
    });
    await reflector.run(signal);
  }

  async patchStatus(body: unknown, signal: AbortSignal): Promise<void> {
    const { project, name } = this.#options;
    await this.#client.patch(
      agenticSessions,
      { namespace: project, name },
      { type: "merge", body },
      { subresource: "status", fieldManager: FIELD_MANAGERS.runner, signal },
    );
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}

function parse(object: unknown): AgenticSession {
  const result = AgenticSession.safeParse(object);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new RunnerError(
    "SESSION_UNREADABLE",
    `session: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? "invalid"}`,
  );
}
