/** Answers of runners, kept in the store for the time when the runner is gone. Written only when they differ. */
import { createHash } from "node:crypto";
import type { z } from "zod";
import type { Store } from "../store/store.ts";

const REMEMBERED_HASHES = 10_000;

export class LastKnown {
  readonly #store: Store;
  readonly #hashes = new Map<string, string>();

  constructor(store: Store) {
    this.#store = store;
  }

  async write(uid: string, kind: string, value: unknown): Promise<void> {
    const text = JSON.stringify(value);
    const hash = createHash("sha256").update(text).digest("base64url");
    const name = `${uid}/${kind}`;
    if (this.#hashes.get(name) === hash) return;
    await this.#store.putSnapshot(uid, kind, { contentType: "application/json", body: Buffer.from(text) });
    if (this.#hashes.size >= REMEMBERED_HASHES) this.#hashes.clear();
    this.#hashes.set(name, hash);
  }

  /** Undefined when nothing was kept, or what was kept is of an older shape. */
  async read<S extends z.ZodType>(uid: string, kind: string, schema: S): Promise<z.output<S> | undefined> {
    const snapshot = await this.#store.getSnapshot(uid, kind);
    if (snapshot === undefined) return undefined;
    try {
      return schema.parse(JSON.parse(snapshot.body.toString("utf8")));
    } catch {
      return undefined;
    }
  }
}
