/** Archives in the database, where replicas have no folder in common and no other storage is configured. */
import { Readable } from "node:stream";
import type { Store } from "../store/store.ts";
import { checkKey, type Blobs } from "./blobs.ts";

export class DatabaseBlobs implements Blobs {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async put(key: string, body: Buffer): Promise<void> {
    const [uid, name] = parts(key);
    await this.#store.putSnapshot(uid, name, { contentType: "application/octet-stream", body });
  }

  async get(key: string): Promise<Readable | undefined> {
    const [uid, name] = parts(key);
    const snapshot = await this.#store.getSnapshot(uid, name);
    return snapshot === undefined ? undefined : Readable.from([snapshot.body], { objectMode: false });
  }

  /** They go with the session's other rows. */
  async delete(): Promise<void> {
    await Promise.resolve();
  }
}

function parts(key: string): [uid: string, name: string] {
  const [uid = "", name = ""] = checkKey(key).split("/");
  return [uid, name];
}
