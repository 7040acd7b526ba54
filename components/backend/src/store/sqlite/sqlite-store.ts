/** The store on one machine: one SQLite file, written by one process. Reads are tens of microseconds, so they block. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { GroupCommit } from "../group-commit.ts";
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
import { SqliteFeedback } from "./feedback.ts";
import { SqliteMessages } from "./messages.ts";
import { migrate } from "./migrations.ts";

type Row = Record<string, unknown>;

export class SqliteStore implements Store {
  readonly feedback: SqliteFeedback;
  readonly messages: SqliteMessages;
  readonly #database: DatabaseSync;
  readonly #commit: GroupCommit;
  readonly #now: () => number;
  readonly #statements: Readonly<Record<keyof typeof SQL, StatementSync>>;
  /** Last number per session, so that an append asks the database once. */
  readonly #lastSeq = new Map<string, number>();

  private constructor(database: DatabaseSync, now: () => number) {
    this.#database = database;
    this.#now = now;
    this.#statements = Object.fromEntries(
      Object.entries(SQL).map(([name, sql]) => [name, database.prepare(sql)]),
    ) as Record<keyof typeof SQL, StatementSync>;
    this.#commit = new GroupCommit((work) => {
      database.exec("BEGIN IMMEDIATE");
      try {
        work();
        database.exec("COMMIT");
      } catch (error) {
        this.#lastSeq.clear();
        database.exec("ROLLBACK");
        throw error;
      }
    });
    this.messages = new SqliteMessages(database);
    this.feedback = new SqliteFeedback(database, this.#commit);
  }

  /** Opens or makes the database. `:memory:` is one that ends with the process. */
  static open(file: string, now: () => number = Date.now): SqliteStore {
    if (file !== ":memory:") mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const database = new DatabaseSync(file, { timeout: 5000 });
    // FULL: what a runner was told is stored survives the loss of power, so it may forget it.
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -8000;");
    migrate(database, file);
    return new SqliteStore(database, now);
  }

  async lastSeq(uid: string): Promise<number> {
    return this.#last(uid);
  }

  async append(uid: string, entries: readonly StoredEvent[]): Promise<AppendResult> {
    if (entries.length === 0) return { lastSeq: this.#last(uid), gap: false };
    return this.#commit.run(() => {
      const last = this.#last(uid);
      const fresh = entries.filter(({ seq }) => seq > last);
      const [first] = fresh;
      if (first === undefined) return { lastSeq: last, gap: false };
      if (first.seq !== last + 1) return { lastSeq: last, gap: true };
      for (const { seq, data } of fresh) this.#statements.insertEvent.run(uid, seq, data);
      this.messages.add(uid, fresh);
      this.#live(uid);
      const lastSeq = last + fresh.length;
      this.#lastSeq.set(uid, lastSeq);
      return { lastSeq, gap: false };
    });
  }

  async read(uid: string, after: number, limit: number): Promise<StoredEvent[]> {
    return this.#statements.readEvents.all(uid, after, limit).map(toEvent);
  }

  async readBefore(uid: string, before: number, limit: number): Promise<StoredEvent[]> {
    return this.#statements.readEventsBefore.all(uid, before, limit).map(toEvent).reverse();
  }

  async forget(uid: string): Promise<void> {
    await this.#commit.run(() => this.#forget(uid));
  }

  async noteEnd(uid: string, endedAt: number | undefined): Promise<void> {
    await this.#commit.run(() => {
      // What is not held need not be let go of.
      if (this.#last(uid) === 0) return;
      if (endedAt === undefined) this.#live(uid);
      else this.#statements.noteEnd.run(uid, endedAt);
    });
  }

  async endedBefore(cutoff: number, limit: number): Promise<string[]> {
    return this.#statements.endedBefore.all(cutoff, cutoff, limit).map((row) => String(row["uid"]));
  }

  async expire(uid: string, cutoff: number): Promise<boolean> {
    return this.#commit.run(() => {
      if (this.#statements.isEndedBefore.get(uid, cutoff) === undefined) return false;
      this.#forget(uid);
      return true;
    });
  }

  async putSnapshot(uid: string, kind: string, snapshot: Omit<Snapshot, "updatedAt">): Promise<void> {
    const { contentType, body } = snapshot;
    await this.#commit.run(() => this.#statements.putSnapshot.run(uid, kind, contentType, body, this.#now()));
  }

  async getSnapshot(uid: string, kind: string): Promise<Snapshot | undefined> {
    const row: Row | undefined = this.#statements.getSnapshot.get(uid, kind);
    const body = row?.["body"];
    if (row === undefined || !(body instanceof Uint8Array)) return undefined;
    return {
      contentType: String(row["content_type"]),
      body: Buffer.from(body.buffer, body.byteOffset, body.byteLength),
      updatedAt: Number(row["updated_at"]),
    };
  }

  async remember(key: string, requestHash: string, lease = CLAIM_MILLISECONDS): Promise<Remembered> {
    return this.#commit.run((): Remembered => {
      const now = this.#now();
      this.#statements.dropOldAnswers.run(now - REMEMBERED_MILLISECONDS);
      const claimed: Row | undefined = this.#statements.claimKey.get(key, requestHash, now, now, now - lease);
      if (claimed !== undefined) return { state: "new", firstAt: Number(claimed["first_at"]) };
      const row: Row | undefined = this.#statements.getAnswer.get(key);
      if (row?.["request_hash"] !== requestHash) return { state: "other-request" };
      const answer = row["answer"];
      return typeof answer === "string"
        ? { state: "done", answer: JSON.parse(answer) as RememberedAnswer }
        : { state: "pending" };
    });
  }

  async settle(key: string, answer: RememberedAnswer | undefined): Promise<void> {
    await this.#commit.run(() =>
      answer === undefined
        ? this.#statements.releaseKey.run(key)
        : this.#statements.setAnswer.run(JSON.stringify(answer), key),
    );
  }

  async noteKey(userId: string, record: Partial<KeyRecord>): Promise<void> {
    const { lastUsedAt = null, expiresAt = null } = record;
    await this.#commit.run(() => this.#statements.noteKey.run(userId, lastUsedAt, expiresAt));
  }

  async getKeys(userIds: readonly string[]): Promise<Map<string, KeyRecord>> {
    const found = userIds.map((userId): [string, Row | undefined] => [userId, this.#statements.getKey.get(userId)]);
    return new Map(
      found.flatMap(([userId, row]) =>
        row === undefined
          ? []
          : [[userId, { lastUsedAt: optional(row["last_used_at"]), expiresAt: optional(row["expires_at"]) }]],
      ),
    );
  }

  async forgetKey(userId: string): Promise<void> {
    await this.#commit.run(() => this.#statements.dropKey.run(userId));
  }

  async check(): Promise<void> {
    this.#database.prepare("SELECT 1").get();
  }

  async close(): Promise<void> {
    this.#commit.flush();
    this.#database.close();
  }

  #forget(uid: string): void {
    this.#lastSeq.delete(uid);
    this.#statements.deleteEvents.run(uid);
    this.#statements.deleteSnapshots.run(uid);
    this.#statements.dropEnd.run(uid);
    this.#statements.dropLife.run(uid);
    this.messages.forget(uid);
    this.feedback.forget(uid);
  }

  #live(uid: string): void {
    this.#statements.dropEnd.run(uid);
    this.#statements.noteLife.run(uid, this.#now());
  }

  #last(uid: string): number {
    const known = this.#lastSeq.get(uid);
    if (known !== undefined) return known;
    const last = Number(this.#statements.lastSeq.get(uid)?.["last"] ?? 0);
    if (this.#lastSeq.size >= 10_000) this.#lastSeq.clear();
    this.#lastSeq.set(uid, last);
    return last;
  }
}

const SQL = {
  lastSeq: "SELECT max(seq) AS last FROM events WHERE uid = ?",
  insertEvent: "INSERT INTO events (uid, seq, data) VALUES (?, ?, ?)",
  readEvents: "SELECT seq, data FROM events WHERE uid = ? AND seq > ? ORDER BY seq LIMIT ?",
  readEventsBefore: "SELECT seq, data FROM events WHERE uid = ? AND seq < ? ORDER BY seq DESC LIMIT ?",
  deleteEvents: "DELETE FROM events WHERE uid = ?",
  deleteSnapshots: "DELETE FROM snapshots WHERE uid = ?",
  noteEnd:
    "INSERT INTO endings (uid, ended_at) VALUES (?, ?) ON CONFLICT (uid) DO UPDATE SET ended_at = excluded.ended_at",
  dropEnd: "DELETE FROM endings WHERE uid = ?",
  noteLife:
    "INSERT INTO lives (uid, lived_at) VALUES (?, ?) ON CONFLICT (uid) DO UPDATE SET lived_at = excluded.lived_at",
  dropLife: "DELETE FROM lives WHERE uid = ?",
  isEndedBefore: "SELECT 1 FROM lives LEFT JOIN endings USING (uid) WHERE uid = ? AND coalesce(ended_at, lived_at) < ?",
  endedBefore:
    "SELECT uid FROM endings WHERE ended_at < ? UNION ALL " +
    "SELECT uid FROM lives WHERE lived_at < ? AND uid NOT IN (SELECT uid FROM endings) LIMIT ?",
  putSnapshot:
    "INSERT INTO snapshots (uid, kind, content_type, body, updated_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (uid, kind) " +
    "DO UPDATE SET content_type = excluded.content_type, body = excluded.body, updated_at = excluded.updated_at",
  getSnapshot: "SELECT content_type, body, updated_at FROM snapshots WHERE uid = ? AND kind = ?",
  dropOldAnswers: "DELETE FROM answers WHERE first_at < ?",
  claimKey:
    "INSERT INTO answers (key, request_hash, claimed_at, first_at) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET " +
    "request_hash = excluded.request_hash, claimed_at = excluded.claimed_at, " +
    "first_at = iif(answers.request_hash = excluded.request_hash, answers.first_at, excluded.first_at) " +
    "WHERE answers.answer IS NULL AND answers.claimed_at < ? RETURNING first_at",
  getAnswer: "SELECT request_hash, answer FROM answers WHERE key = ?",
  setAnswer: "UPDATE answers SET answer = ? WHERE key = ?",
  // Given up, but not forgotten: it may have had an effect, and whoever tries again learns when it was first tried.
  releaseKey: "UPDATE answers SET claimed_at = 0 WHERE key = ? AND answer IS NULL",
  noteKey:
    "INSERT INTO keys (user_id, last_used_at, expires_at) VALUES (?, ?, ?) ON CONFLICT (user_id) DO UPDATE SET " +
    "last_used_at = coalesce(excluded.last_used_at, last_used_at), expires_at = coalesce(excluded.expires_at, expires_at)",
  getKey: "SELECT last_used_at, expires_at FROM keys WHERE user_id = ?",
  dropKey: "DELETE FROM keys WHERE user_id = ?",
} as const;

function toEvent(row: Row): StoredEvent {
  return { seq: Number(row["seq"]), data: String(row["data"]) };
}

function optional(value: unknown): number | undefined {
  return value === null || value === undefined ? undefined : Number(value);
}
