/** The data of claims: a directory per claim, removed when the claim is gone and no pod of this node uses it any more. */
import { readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Informer, type Logger, type PersistentVolumeClaim, persistentVolumeClaims } from "@pilothouse/kubernetes";

export class ClaimDirectories {
  readonly #directory: string;
  readonly #claims: Informer<PersistentVolumeClaim>;
  readonly #inUse: (namespace: string, claim: string) => boolean;
  readonly #logger: Logger;
  #working: Promise<void> = Promise.resolve();
  /** Asked for, and not begun yet. */
  #next: Promise<void> | undefined;

  constructor(
    directory: string,
    claims: Informer<PersistentVolumeClaim>,
    inUse: (namespace: string, claim: string) => boolean,
    logger: Logger,
  ) {
    this.#directory = directory;
    this.#claims = claims;
    this.#inUse = inUse;
    this.#logger = logger;
  }

  /** Removes every directory whose claim is gone; called when a claim or a pod has gone. Many calls at once become one or two. */
  reclaim(): Promise<void> {
    if (this.#next) return this.#next;
    const next = this.#working.then(() => {
      this.#next = undefined;
      return this.#reclaim();
    });
    this.#next = next;
    this.#working = next;
    return next;
  }

  async #reclaim(): Promise<void> {
    if (!this.#claims.hasSynced) return;
    const present = new Set(this.#claims.list().map(({ metadata }) => metadata.uid));
    for (const entry of await readdir(this.#directory).catch(() => [])) {
      const [namespace = "", name = "", uid = ""] = entry.split("_");
      // A namespace of that name may have a claim of that name again: the uid decides, and the pods that still use the old one.
      if (entry.startsWith(".removing-") || (!present.has(uid) && !this.#inUse(namespace, name)))
        await this.#remove(entry);
    }
  }

  /** Renamed first, so that what a crash has left half removed is never taken for a claim's data. */
  async #remove(entry: string): Promise<void> {
    const path = join(this.#directory, entry);
    const removing = entry.startsWith(".removing-") ? path : join(this.#directory, `.removing-${entry}`);
    try {
      if (path !== removing) await rename(path, removing);
      await rm(removing, { recursive: true, force: true });
    } catch (error) {
      this.#logger.warn(
        { error, path, resource: persistentVolumeClaims.plural },
        "the data of a deleted claim could not be removed",
      );
    }
  }
}
