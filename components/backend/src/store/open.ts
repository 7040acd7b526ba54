/** Opens the store that the configuration names. */
import { join } from "node:path";
import type { BackendEnvironment } from "../configuration.ts";
import { SqliteStore } from "./sqlite/sqlite-store.ts";
import type { Store } from "./store.ts";

/** `warn` is told what could be better. */
export async function openStore(
  { DATABASE_URL, DATA_DIR }: BackendEnvironment,
  warn?: (message: string) => void,
): Promise<Store> {
  if (DATABASE_URL === undefined) return SqliteStore.open(join(DATA_DIR, "backend.sqlite"));
  // Loaded only where it is used: one machine needs no driver for a server.
  const { PostgresStore } = await import("./postgres/postgres-store.ts");
  return PostgresStore.open(DATABASE_URL, Date.now, warn);
}
