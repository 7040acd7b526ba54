/** The database's layout, as the steps that lead to it. Steps are only ever added; the table `layout` counts those taken. */
import type { Sql } from "postgres";

const STEPS: readonly string[] = [
  `CREATE TABLE events (
     uid text NOT NULL,
     seq bigint NOT NULL,
     data text NOT NULL,
     PRIMARY KEY (uid, seq)
   );
   CREATE TABLE transcripts (uid text PRIMARY KEY, last_seq bigint NOT NULL);
   CREATE TABLE snapshots (
     uid text NOT NULL,
     kind text NOT NULL,
     content_type text NOT NULL,
     body bytea NOT NULL,
     updated_at bigint NOT NULL,
     PRIMARY KEY (uid, kind)
   );
   CREATE TABLE answers (
     key text PRIMARY KEY,
     request_hash text NOT NULL,
     claimed_at bigint NOT NULL,
     answer text
   );
   CREATE INDEX answers_by_age ON answers (claimed_at);
   CREATE TABLE keys (user_id text PRIMARY KEY, last_used_at bigint, expires_at bigint);`,
];

/** Of several replicas that start at once, one migrates and the others wait for it. */
const LOCK = 7_045_101;

/** @throws Error when a newer version of this program has written the database */
export async function migrate(sql: Sql): Promise<void> {
  await sql.begin(async (transaction) => {
    await transaction`SELECT pg_advisory_xact_lock(${LOCK})`;
    await transaction`CREATE TABLE IF NOT EXISTS layout (version integer NOT NULL)`;
    const [row] = await transaction<{ version: number }[]>`SELECT version FROM layout`;
    const version = row?.version ?? 0;
    if (version > STEPS.length) {
      throw new Error(`the database was written by a newer version (layout ${version}, known up to ${STEPS.length})`);
    }
    for (const step of STEPS.slice(version)) await transaction.unsafe(step);
    if (row === undefined) await transaction`INSERT INTO layout (version) VALUES (${STEPS.length})`;
    else await transaction`UPDATE layout SET version = ${STEPS.length}`;
  });
}
