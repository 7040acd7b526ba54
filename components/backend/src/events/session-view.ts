/** Watches one session with the reader's own token, for as long as they may see it. */
import { API_GROUP } from "@pilothouse/contracts";
import { ApiError } from "../errors/api-error.ts";
import type { Caller } from "../identity/identity.ts";
import { follow } from "../kubernetes/follow.ts";
import { agenticSessions } from "../kubernetes/resources.ts";
import type { Session } from "../sessions/present.ts";
import { Listeners } from "./listeners.ts";
import type { SessionView } from "./thread.ts";

export class WatchedSession implements SessionView {
  #session: Session;
  readonly #listeners = new Listeners();

  constructor(session: Session) {
    this.#session = session;
  }

  get session(): Session {
    return this.#session;
  }

  onChange(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Follows until the signal aborts. @throws ApiError NOT_FOUND when it is deleted, or what Kubernetes says */
  async follow(caller: Caller, project: string, signal: AbortSignal): Promise<void> {
    const { name, uid } = this.#session.metadata;
    const selection = { namespace: project, fieldSelector: `metadata.name=${name}` };
    for await (const change of follow(caller.kubernetes, agenticSessions, selection, signal)) {
      if (change.type === "synced") continue;
      if (change.type === "absent" || change.object.metadata.uid !== uid) {
        throw new ApiError("NOT_FOUND", `agenticsessions.${API_GROUP} "${name}" was deleted`);
      }
      this.#session = change.object;
      this.#listeners.notify();
    }
  }
}
