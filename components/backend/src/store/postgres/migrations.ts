/** The database's layout, as the steps that lead to it. Steps are only ever added; the table `layout` counts those taken. */
import type { Sql, TransactionSql } from "postgres";
import { newerLayout } from "../layout.ts";
import { addMessages } from "./messages.ts";

type Step = string | ((transaction: TransactionSql) => Promise<void>);

const STEPS: readonly Step[] = [
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
  `CREATE TABLE messages (
     uid text NOT NULL,
     message_id text NOT NULL,
     role text NOT NULL,
     seq bigint NOT NULL,
     text text NOT NULL,
     finished boolean NOT NULL,
     folded text,
     PRIMARY KEY (uid, message_id)
   );
   CREATE INDEX messages_unfinished ON messages (uid) WHERE NOT finished;
   CREATE TABLE feedback (
     uid text NOT NULL,
     message_id text NOT NULL,
     user_id text NOT NULL,
     created_at text NOT NULL,
     feedback text NOT NULL,
     PRIMARY KEY (uid, message_id, user_id)
   );
   ALTER TABLE transcripts ADD COLUMN ended_at bigint;
   CREATE INDEX transcripts_by_end ON transcripts (ended_at) WHERE ended_at IS NOT NULL;`,
  indexMessages,
  `ALTER TABLE transcripts ADD COLUMN lived_at bigint NOT NULL DEFAULT (extract(epoch FROM now()) * 1000)::bigint;
   DROP INDEX transcripts_by_end;
   CREATE INDEX transcripts_by_end ON transcripts (coalesce(ended_at, lived_at));
   ALTER TABLE answers ADD COLUMN first_at bigint;
   UPDATE answers SET first_at = claimed_at;
   ALTER TABLE answers ALTER COLUMN first_at SET NOT NULL;
   DROP INDEX answers_by_age;
   CREATE INDEX answers_by_age ON answers (first_at);`,
];

/** What was stored before there was a search. */
async function indexMessages(transaction: TransactionSql): Promise<void> {
  for (const { uid } of await transaction<{ uid: string }[]>`SELECT uid FROM transcripts`) {
    for (let after = 0; ;) {
      const rows = await transaction<{ seq: string; data: string }[]>`
        SELECT seq, data FROM events WHERE uid = ${uid} AND seq > ${after} ORDER BY seq LIMIT 1000`;
      const events = rows.map(({ seq, data }) => ({ seq: Number(seq), data }));
      const last = events.at(-1);
      if (last === undefined) break;
      await addMessages(transaction, uid, events);
      after = last.seq;
    }
  }
}

/**
 * The index that makes search fast needs PostgreSQL's own extension pg_trgm, which the server's packages may lack and an
 * administrator may forbid. Without it search is right, and slower.
 *
 * @returns why there is no index
 */
export async function indexTrigrams(sql: Sql): Promise<string | undefined> {
  try {
    await sql.begin(async (transaction) => {
      await transaction`SELECT pg_advisory_xact_lock(${LOCK})`;
      await transaction`CREATE EXTENSION IF NOT EXISTS pg_trgm`;
      await transaction`CREATE INDEX IF NOT EXISTS messages_by_trigram ON messages USING gin (folded gin_trgm_ops)`;
    });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Of several replicas that start at once, one migrates and the others wait for it. */
const LOCK = 7_045_101;

/** @throws ConfigurationProblem when a newer version of this program has written the database */
export async function migrate(sql: Sql): Promise<void> {
  await sql.begin(async (transaction) => {
    await transaction`SELECT pg_advisory_xact_lock(${LOCK})`;
    await transaction`CREATE TABLE IF NOT EXISTS layout (version integer NOT NULL)`;
    const [row] = await transaction<{ version: number }[]>`SELECT version FROM layout`;
    const version = row?.version ?? 0;
    if (version > STEPS.length) {
      const layouts = `layout ${version}, known up to ${STEPS.length}`;
      throw newerLayout(`the database of DATABASE_URL was written by a newer version (${layouts})`);
    }
    for (const step of STEPS.slice(version)) {
      if (typeof step === "string") await transaction.unsafe(step);
      else await step(transaction);
    }
    if (row === undefined) await transaction`INSERT INTO layout (version) VALUES (${STEPS.length})`;
    else await transaction`UPDATE layout SET version = ${STEPS.length}`;
  });
}
