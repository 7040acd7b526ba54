/** Archives in a local folder, one file each, readable by this user alone. */
import { randomUUID } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { checkKey, type Blobs } from "./blobs.ts";

export class DirectoryBlobs implements Blobs {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async put(key: string, body: Buffer): Promise<void> {
    const path = this.#path(key);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    // A name of its own first: whoever reads meanwhile sees the former file or this one, whole.
    const unfinished = `${path}.${randomUUID()}.new`;
    try {
      const file = await open(unfinished, "wx", 0o600);
      try {
        await file.writeFile(body);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(unfinished, path);
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
  }

  async get(key: string): Promise<Readable | undefined> {
    try {
      const file = await open(this.#path(key), "r");
      return file.createReadStream();
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
      throw error;
    }
  }

  async delete(key: string): Promise<void> {
    await rm(dirname(this.#path(key)), { recursive: true, force: true });
  }

  #path(key: string): string {
    return join(this.#folder, checkKey(key));
  }
}
