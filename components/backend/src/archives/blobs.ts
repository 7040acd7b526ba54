/** Where large things lie that sessions left behind: a folder, S3-compatible storage, or the database itself. */
import type { Readable } from "node:stream";

export interface Blobs {
  /** Replaces what was there. Durable once it resolves. */
  put(key: string, body: Buffer): Promise<void>;
  get(key: string): Promise<Readable | undefined>;
  /** No error when there is nothing. */
  delete(key: string): Promise<void>;
}

const KEY = /^[A-Za-z0-9-]{1,64}\/[a-z]+(\.[a-z]+)*$/;

/** Keys are made of a session's uid and a name of ours, so none leads anywhere else. @throws TypeError otherwise */
export function checkKey(key: string): string {
  if (!KEY.test(key)) throw new TypeError(`${key} is no key of an archive`);
  return key;
}
