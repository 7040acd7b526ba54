/** Notes when access keys are used, at most once a minute each, and ends those whose short life is over. */
import { ApiError } from "../errors/api-error.ts";
import type { Identity } from "../identity/identity.ts";
import type { Store } from "../store/store.ts";
import { keyOfUser } from "./keys.ts";

const NOTED_EVERY_MILLISECONDS = 60_000;

export class KeyUsage {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #noted = new Map<string, number>();

  constructor(store: Store, now: () => number = Date.now) {
    this.#store = store;
    this.#now = now;
  }

  /** @throws ApiError UNAUTHENTICATED when the key was made for a shorter time than has passed */
  async see({ userId }: Identity): Promise<void> {
    if (keyOfUser(userId) === undefined) return;
    const record = (await this.#store.getKeys([userId])).get(userId);
    const now = this.#now();
    if (record?.expiresAt !== undefined && record.expiresAt <= now) {
      throw new ApiError("UNAUTHENTICATED", "this access key has expired");
    }
    if (now - (this.#noted.get(userId) ?? 0) < NOTED_EVERY_MILLISECONDS) return;
    if (this.#noted.size > 10_000) this.#noted.clear();
    this.#noted.set(userId, now);
    await this.#store.noteKey(userId, { lastUsedAt: now });
  }

  forget(userId: string): void {
    this.#noted.delete(userId);
  }
}
