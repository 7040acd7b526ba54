/** A list's `search` over what was said in the sessions, beside their names and first prompts. */
import type { Session } from "../sessions/present.ts";
import { isSearchable } from "../store/messages.ts";
import type { Store } from "../store/store.ts";

export class TranscriptMatches {
  readonly #store: Store;
  readonly #search: string;
  readonly #matching: Set<string>;

  private constructor(store: Store, search: string, matching: Set<string>) {
    this.#store = store;
    this.#search = search;
    this.#matching = matching;
  }

  /** Only `sessions` are looked through: those that the caller may list. */
  static async among(store: Store, search: string | undefined, sessions: readonly Session[]) {
    const text = search ?? "";
    const uids = sessions.map(({ metadata }) => metadata.uid);
    const matching = isSearchable(text) ? await store.messages.sessionsWith(text, uids) : new Set<string>();
    return new TranscriptMatches(store, text, matching);
  }

  has({ metadata }: Session): boolean {
    return this.#matching.has(metadata.uid);
  }

  /** As {@link has}, for a session that may have said more since. */
  async hasNow(session: Session): Promise<boolean> {
    if (this.has(session) || !isSearchable(this.#search)) return this.has(session);
    const { uid } = session.metadata;
    if ((await this.#store.messages.find(uid, this.#search, 1)).length === 0) return false;
    this.#matching.add(uid);
    return true;
  }
}
