/**
 * The store in a cluster: one PostgreSQL database that all replicas of the backend share. The row of a transcript is the
 * lock under which its events are numbered, so that two replicas never take the same number.
 */
import postgres, { type Sql, type TransactionSql } from "postgres";
import {
  CLAIM_MILLISECONDS,
  REMEMBERED_MILLISECONDS,
  type AppendResult,
  type KeyRecord,
  type Remembered,
  type RememberedAnswer,
  type Snapshot,
  type Store,
  type StoredEvent,
} from "../store.ts";
import { PostgresFeedback } from "./feedback.ts";
import { PostgresMessages, addMessages } from "./messages.ts";
import { indexTrigrams, migrate } from "./migrations.ts";

interface EventRow {
  readonly seq: string;
  readonly data: string;
}

export class PostgresStore implements Store {
  readonly feedback: PostgresFeedback;
  readonly messages: PostgresMessages;
  readonly #sql: Sql;
  readonly #now: () => number;

  private constructor(sql: Sql, now: () => number) {
    this.#sql = sql;
    this.#now = now;
    this.feedback = new PostgresFeedback(sql);
    this.messages = new PostgresMessages(sql);
  }

  /** Connects, and brings the database's layout up to date. `warn` is told what could be better. */
  static async open(
    url: string,
    now: () => number = Date.now,
    warn: (message: string) => void = () => undefined,
  ): Promise<PostgresStore> {
    const sql = postgres(url, { max: 10, idle_timeout: 60, connect_timeout: 10, onnotice: () => undefined });
    try {
      await migrate(sql);
      const reason = await indexTrigrams(sql);
      if (reason !== undefined) warn(`search has no index in this database: ${reason}`);
    } catch (error) {
      await sql.end({ timeout: 1 });
      throw error;
    }
    return new PostgresStore(sql, now);
  }

  async lastSeq(uid: string): Promise<number> {
    const [row] = await this.#sql<{ last_seq: string }[]>`SELECT last_seq FROM transcripts WHERE uid = ${uid}`;
    return Number(row?.last_seq ?? 0);
  }

  async append(uid: string, entries: readonly StoredEvent[]): Promise<AppendResult> {
    if (entries.length === 0) return { lastSeq: await this.lastSeq(uid), gap: false };
    return this.#sql.begin(async (transaction) => {
      const last = await lockTranscript(transaction, uid);
      const fresh = entries.filter(({ seq }) => seq > last);
      const [first] = fresh;
      if (first === undefined) return { lastSeq: last, gap: false };
      if (first.seq !== last + 1) return { lastSeq: last, gap: true };
      const numbers = fresh.map(({ seq }) => seq);
      const texts = fresh.map(({ data }) => data);
      await transaction`
        INSERT INTO events (uid, seq, data)
        SELECT ${uid}, * FROM unnest(${numbers}::bigint[], ${texts}::text[])`;
      const lastSeq = last + fresh.length;
      await transaction`
        UPDATE transcripts SET last_seq = ${lastSeq}, ended_at = NULL, lived_at = ${this.#now()} WHERE uid = ${uid}`;
      await addMessages(transaction, uid, fresh);
      return { lastSeq, gap: false };
    });
  }

  async read(uid: string, after: number, limit: number): Promise<StoredEvent[]> {
    const rows = await this.#sql<EventRow[]>`
      SELECT seq, data FROM events WHERE uid = ${uid} AND seq > ${after} ORDER BY seq LIMIT ${limit}`;
    return rows.map(toEvent);
  }

  async readBefore(uid: string, before: number, limit: number): Promise<StoredEvent[]> {
    const rows = await this.#sql<EventRow[]>`
      SELECT seq, data FROM events WHERE uid = ${uid} AND seq < ${before} ORDER BY seq DESC LIMIT ${limit}`;
    return rows.map(toEvent).toReversed();
  }

  async forget(uid: string): Promise<void> {
    await this.#sql.begin(async (transaction) => forget(transaction, uid));
  }

  async noteEnd(uid: string, endedAt: number | undefined): Promise<void> {
    if (endedAt === undefined) {
      await this.#sql`UPDATE transcripts SET ended_at = NULL, lived_at = ${this.#now()} WHERE uid = ${uid}`;
    } else await this.#sql`UPDATE transcripts SET ended_at = ${endedAt} WHERE uid = ${uid}`;
  }

  async endedBefore(cutoff: number, limit: number): Promise<string[]> {
    const rows = await this.#sql<{ uid: string }[]>`
      SELECT uid FROM transcripts WHERE coalesce(ended_at, lived_at) < ${cutoff}
      ORDER BY coalesce(ended_at, lived_at) LIMIT ${limit}`;
    return rows.map(({ uid }) => uid);
  }

  async expire(uid: string, cutoff: number): Promise<boolean> {
    return this.#sql.begin(async (transaction) => {
      const [row] = await transaction`
        SELECT 1 FROM transcripts WHERE uid = ${uid} AND coalesce(ended_at, lived_at) < ${cutoff} FOR UPDATE`;
      if (row === undefined) return false;
      await forget(transaction, uid);
      return true;
    });
  }

  async putSnapshot(uid: string, kind: string, { contentType, body }: Omit<Snapshot, "updatedAt">): Promise<void> {
    await this.#sql`
      INSERT INTO snapshots (uid, kind, content_type, body, updated_at)
      VALUES (${uid}, ${kind}, ${contentType}, ${body}, ${this.#now()})
      ON CONFLICT (uid, kind) DO UPDATE
      SET content_type = excluded.content_type, body = excluded.body, updated_at = excluded.updated_at`;
  }

  async getSnapshot(uid: string, kind: string): Promise<Snapshot | undefined> {
    const [row] = await this.#sql<{ content_type: string; body: Buffer; updated_at: string }[]>`
      SELECT content_type, body, updated_at FROM snapshots WHERE uid = ${uid} AND kind = ${kind}`;
    return row === undefined
      ? undefined
      : { contentType: row.content_type, body: row.body, updatedAt: Number(row.updated_at) };
  }

  async remember(key: string, requestHash: string, lease = CLAIM_MILLISECONDS): Promise<Remembered> {
    const now = this.#now();
    await this.#sql`DELETE FROM answers WHERE first_at < ${now - REMEMBERED_MILLISECONDS}`;
    const [claimed] = await this.#sql<{ first_at: string }[]>`
      INSERT INTO answers (key, request_hash, claimed_at, first_at) VALUES (${key}, ${requestHash}, ${now}, ${now})
      ON CONFLICT (key) DO UPDATE SET
        request_hash = excluded.request_hash,
        claimed_at = excluded.claimed_at,
        first_at = CASE WHEN answers.request_hash = excluded.request_hash THEN answers.first_at ELSE excluded.first_at END
      WHERE answers.answer IS NULL AND answers.claimed_at < ${now - lease}
      RETURNING first_at`;
    if (claimed !== undefined) return { state: "new", firstAt: Number(claimed.first_at) };
    const [row] = await this.#sql<{ request_hash: string; answer: string | null }[]>`
      SELECT request_hash, answer FROM answers WHERE key = ${key}`;
    // Forgotten between the two questions: whoever asks again will get it.
    if (row === undefined) return { state: "pending" };
    if (row.request_hash !== requestHash) return { state: "other-request" };
    return row.answer === null
      ? { state: "pending" }
      : { state: "done", answer: JSON.parse(row.answer) as RememberedAnswer };
  }

  async settle(key: string, answer: RememberedAnswer | undefined): Promise<void> {
    // Given up, but not forgotten: it may have had an effect, and whoever tries again learns when it was first tried.
    if (answer === undefined) await this.#sql`UPDATE answers SET claimed_at = 0 WHERE key = ${key} AND answer IS NULL`;
    else await this.#sql`UPDATE answers SET answer = ${JSON.stringify(answer)} WHERE key = ${key}`;
  }

  async noteKey(userId: string, record: Partial<KeyRecord>): Promise<void> {
    const { lastUsedAt = null, expiresAt = null } = record;
    await this.#sql`
      INSERT INTO keys (user_id, last_used_at, expires_at) VALUES (${userId}, ${lastUsedAt}, ${expiresAt})
      ON CONFLICT (user_id) DO UPDATE
      SET last_used_at = coalesce(excluded.last_used_at, keys.last_used_at),
          expires_at = coalesce(excluded.expires_at, keys.expires_at)`;
  }

  async getKeys(userIds: readonly string[]): Promise<Map<string, KeyRecord>> {
    if (userIds.length === 0) return new Map();
    const rows = await this.#sql<{ user_id: string; last_used_at: string | null; expires_at: string | null }[]>`
      SELECT user_id, last_used_at, expires_at FROM keys WHERE user_id = ANY(${[...userIds]}::text[])`;
    return new Map(
      rows.map((row) => [row.user_id, { lastUsedAt: optional(row.last_used_at), expiresAt: optional(row.expires_at) }]),
    );
  }

  async forgetKey(userId: string): Promise<void> {
    await this.#sql`DELETE FROM keys WHERE user_id = ${userId}`;
  }

  async check(): Promise<void> {
    await this.#sql`SELECT 1`;
  }

  async close(): Promise<void> {
    await this.#sql.end({ timeout: 5 });
  }
}

async function forget(transaction: TransactionSql, uid: string): Promise<void> {
  await transaction`DELETE FROM events WHERE uid = ${uid}`;
  await transaction`DELETE FROM transcripts WHERE uid = ${uid}`;
  await transaction`DELETE FROM snapshots WHERE uid = ${uid}`;
  await transaction`DELETE FROM messages WHERE uid = ${uid}`;
  await transaction`DELETE FROM feedback WHERE uid = ${uid}`;
}

/** Makes the transcript's row if need be and locks it. @returns its last number */
async function lockTranscript(transaction: TransactionSql, uid: string): Promise<number> {
  await transaction`INSERT INTO transcripts (uid, last_seq) VALUES (${uid}, 0) ON CONFLICT DO NOTHING`;
  const [row] = await transaction<{ last_seq: string }[]>`
    SELECT last_seq FROM transcripts WHERE uid = ${uid} FOR UPDATE`;
  return Number(row?.last_seq ?? 0);
}

function toEvent({ seq, data }: EventRow): StoredEvent {
  return { seq: Number(seq), data };
}

function optional(value: string | null): number | undefined {
  return value === null ? undefined : Number(value);
}
