import postgres from "postgres";
import { describe, expect, it } from "vitest";
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
      await sql`ALTER TABLE transcripts DROP COLUMN ended_at, DROP COLUMN lived_at`;
      await sql`ALTER TABLE answers DROP COLUMN first_at`;
      await sql`CREATE INDEX answers_by_age ON answers (claimed_at)`;
      await sql`UPDATE layout SET version = 1`;
      await sql.end();
    },
    close: async () => {
      await store.close();
      await server.stop();
    },
  };
});

describe.skipIf(programs === undefined)("a PostgreSQL database", () => {
  it("is laid out once by replicas that start at once, and refused when a newer version has written it", async () => {
    const server = await startPostgres(programs ?? "");
    const stores = await Promise.all(Array.from({ length: 4 }, async () => PostgresStore.open(server.url)));
    const [store] = stores;
    expect(await store?.append("uid", [{ seq: 1, data: "{}" }])).toEqual({ lastSeq: 1, gap: false });
    await Promise.all(stores.map(async (each) => each.close()));
    const sql = postgres(server.url, { max: 1 });
    await sql`UPDATE layout SET version = 999`;
    await sql.end();
    await expect(PostgresStore.open(server.url)).rejects.toThrow(/DATABASE_URL was written by a newer version.*999/);
    await server.stop();
  });
});
