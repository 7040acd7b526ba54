/** Opens the store that the configuration names. */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { BackendEnvironment } from "../configuration.ts";
import { bounded } from "./bounded.ts";
import { SqliteStore } from "./sqlite/sqlite-store.ts";
import type { Store } from "./store.ts";
import { isStoreAway } from "./unavailable.ts";

const LONGEST_MILLISECONDS = 15_000;
/** A database that starts with the backend, or is just restarted, is waited for. */
const PATIENCE_MILLISECONDS = 60_000;

/** `warn` is told what could be better. */
export async function openStore(
  { DATABASE_URL, DATA_DIR }: BackendEnvironment,
  warn?: (message: string) => void,
): Promise<Store> {
  if (DATABASE_URL === undefined) return SqliteStore.open(join(DATA_DIR, "backend.sqlite"));
  // Loaded only where it is used: one machine needs no driver for a server.
  const { PostgresStore } = await import("./postgres/postgres-store.ts");
  const deadline = performance.now() + PATIENCE_MILLISECONDS;
  for (;;) {
    try {
      return bounded(await PostgresStore.open(DATABASE_URL, Date.now, warn), LONGEST_MILLISECONDS);
    } catch (error) {
      if (!isStoreAway(error) || performance.now() > deadline) throw error;
      warn?.("the database does not answer yet; trying again");
      await sleep(500);
    }
  }
}
