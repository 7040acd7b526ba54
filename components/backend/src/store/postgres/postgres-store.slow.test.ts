import { findPostgres, startPostgres } from "../../../test/postgres.ts";
import { storeSuite } from "../../../test/store-suite.ts";
import { PostgresStore } from "./postgres-store.ts";

const programs = await findPostgres();

// Debian's package `postgresql` brings what this needs.
storeSuite("PostgreSQL", programs !== undefined, async () => {
  const server = await startPostgres(programs ?? "");
  const store = await PostgresStore.open(server.url);
  return {
    store,
    reopen: async (now) => PostgresStore.open(server.url, now),
    close: async () => {
      await store.close();
      await server.stop();
    },
  };
});
