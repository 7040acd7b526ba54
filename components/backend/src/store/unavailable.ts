/** Tells a store that is away, and comes back, from a fault of ours: the caller is told to try again. */

/** A storage that does not answer, or not as it should. Its message holds no credential. */
export class StorageUnavailable extends Error {
  override readonly name = "StorageUnavailable";
}

/** Of PostgreSQL's driver, and of the connection below it. */
const CONNECTION = new Set([
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED",
  "CONNECT_TIMEOUT",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EPIPE",
  "ETIMEDOUT",
]);
/** Classes of SQLSTATE: connection exception, insufficient resources, operator intervention, system error. */
const SQLSTATE = /^(08|53|57|58)[0-9A-Z]{3}$/;
/** SQLite's primary result codes: busy, locked, read-only, I/O error, full, cannot open. */
const SQLITE = new Set([5, 6, 8, 10, 13, 14]);

/** Of an error that nobody has translated: runners' and Kubernetes' connections have errors of their own. */
export function isStoreAway(error: unknown): boolean {
  if (error instanceof StorageUnavailable) return true;
  if (!(error instanceof Error)) return false;
  const { code, errcode } = error as Error & { code?: unknown; errcode?: unknown };
  if (code === "ERR_SQLITE_ERROR") return typeof errcode === "number" && SQLITE.has(errcode & 0xff);
  return typeof code === "string" && (CONNECTION.has(code) || SQLSTATE.test(code));
}
