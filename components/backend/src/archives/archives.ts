/** What sessions left in their artifacts folder: a gzipped tar each, as its runner pushed it when its pod ended. */
import { Readable } from "node:stream";
import type { Store } from "../store/store.ts";
import type { Blobs } from "./blobs.ts";

/** Below this folder of the workspace lies what is archived. */
export const ARTIFACTS = "artifacts";
const NAME = "artifacts.tar.gz";
/** How archives were kept before they had a place of their own. */
const FORMER_KIND = "artifacts";

export class Archives {
  readonly #blobs: Blobs;
  readonly #store: Store;

  constructor(blobs: Blobs, store: Store) {
    this.#blobs = blobs;
    this.#store = store;
  }

  async put(uid: string, archive: Buffer): Promise<void> {
    await this.#blobs.put(`${uid}/${NAME}`, archive);
  }

  /** The archive's bytes. Whoever takes them reads them to the end, or destroys the stream. */
  async open(uid: string): Promise<Readable | undefined> {
    const blob = await this.#blobs.get(`${uid}/${NAME}`);
    if (blob !== undefined) return blob;
    const former = await this.#store.getSnapshot(uid, FORMER_KIND);
    if (former === undefined) return undefined;
    return Readable.from([former.body], { objectMode: false });
  }

  /** Forgets a session: its archive, its transcript, and what was said of it. */
  async forget(uid: string): Promise<void> {
    await this.#blobs.delete(`${uid}/${NAME}`);
    await this.#store.forget(uid);
  }

  /** As {@link forget}, unless the session has lived again since `cutoff`. */
  async expire(uid: string, cutoff: number): Promise<boolean> {
    if (!(await this.#store.expire(uid, cutoff))) return false;
    await this.#blobs.delete(`${uid}/${NAME}`);
    return true;
  }
}
