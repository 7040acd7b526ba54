import postgres from "postgres";
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
    age: async () => {
      const sql = postgres(server.url, { max: 1 });
      await sql`DROP TABLE messages, feedback`;
      await sql`ALTER TABLE transcripts DROP COLUMN ended_at`;
      await sql`UPDATE layout SET version = 1`;
      await sql.end();
    },
    close: async () => {
      await store.close();
      await server.stop();
    },
  };
});
