/** Who may write a transcript: the session's own runner, proven by its ServiceAccount; and the operator, to delete it. */
import type { Caller } from "../identity/identity.ts";
import { ApiError } from "../errors/api-error.ts";
import { isForbidden, isNotFound } from "@pilothouse/kubernetes";
import { getSession } from "../sessions/session.ts";

const RUNNER = /^system:serviceaccount:([a-z0-9-]+):session-([a-z0-9-]+)$/;
const KEPT_MILLISECONDS = 30_000;
const KEPT_PROOFS = 10_000;

export class RunnerProofs {
  readonly #now: () => number;
  readonly #kept = new Map<string, { uid: string; until: number }>();

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** @throws ApiError FORBIDDEN unless the caller is the runner of the session with this uid */
  async demandRunner(caller: Caller, uid: string): Promise<void> {
    const kept = this.#kept.get(caller.tokenHash);
    const own = kept !== undefined && kept.until > this.#now() ? kept.uid : await this.#find(caller);
    if (own !== uid) throw new ApiError("FORBIDDEN", "only the session's own runner may use its transcript");
  }

  async #find(caller: Caller): Promise<string | undefined> {
    const [, project, session] = RUNNER.exec(caller.identity.userId) ?? [];
    if (project === undefined || session === undefined) return undefined;
    try {
      const { uid } = (await getSession(caller, project, session)).metadata;
      if (this.#kept.size >= KEPT_PROOFS) this.#kept.clear();
      this.#kept.set(caller.tokenHash, { uid, until: this.#now() + KEPT_MILLISECONDS });
      return uid;
    } catch (error) {
      if (isForbidden(error) || isNotFound(error)) return undefined;
      throw error;
    }
  }
}
