/** Search over messages in SQLite: their texts in a table, and an index of three-character groups (FTS5) over it. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import {
  LONGEST_INDEXED,
  isSearchable,
  messageChanges,
  type FoundMessage,
  type MessageChange,
  type MessageSearch,
} from "../messages.ts";
import type { StoredEvent } from "../store.ts";

export class SqliteMessages implements MessageSearch {
  readonly #statements: Readonly<Record<keyof typeof SQL, StatementSync>>;

  constructor(database: DatabaseSync) {
    // SQLite's own lower() and LIKE know no letters beyond ASCII.
    database.function("holds", { deterministic: true }, (text, needle) =>
      String(text).toLowerCase().includes(String(needle)) ? 1 : 0,
    );
    this.#statements = Object.fromEntries(
      Object.entries(SQL).map(([name, sql]) => [name, database.prepare(sql)]),
    ) as Record<keyof typeof SQL, StatementSync>;
  }

  /** Takes in what new events say. To be called within the transaction that stores them. */
  add(uid: string, events: readonly StoredEvent[]): void {
    const { changes, runEnded } = messageChanges(events);
    for (const change of changes) this.#apply(uid, change);
    if (!runEnded) return;
    for (const row of this.#statements.unfinished.all(uid)) {
      this.#statements.index.run(Number(row["id"]), String(row["text"]));
    }
    this.#statements.finishAll.run(uid);
  }

  /** To be called within a transaction. */
  forget(uid: string): void {
    this.#statements.unindex.run(uid);
    this.#statements.drop.run(uid);
  }

  async sessionsWith(text: string, uids: readonly string[]): Promise<Set<string>> {
    if (!isSearchable(text)) return new Set();
    const phrase = `"${text.replaceAll('"', '""')}"`;
    const asked = new Set(uids);
    const found = this.#statements.sessionsWith.all(phrase).map((row) => String(row["uid"]));
    return new Set(found.filter((uid) => asked.has(uid)));
  }

  async find(uid: string, text: string, limit: number): Promise<FoundMessage[]> {
    return this.#statements.find.all(uid, text.toLowerCase(), limit).map((row) => ({
      seq: Number(row["seq"]),
      messageId: String(row["message_id"]),
      role: String(row["role"]),
      text: String(row["text"]),
    }));
  }

  #apply(uid: string, { messageId, role = "assistant", seq, text, replaces, finished }: MessageChange): void {
    const statement = replaces ? this.#statements.replace : this.#statements.append;
    const row = statement.get(uid, messageId, role, seq, text, finished ? 1 : 0);
    if (row?.["finished"] === 1) this.#statements.index.run(Number(row["id"]), String(row["text"]));
  }
}

const INSERT = "INSERT INTO messages (uid, message_id, role, seq, text, finished) VALUES (?, ?, ?, ?, ?, ?)";
const RETURNING = "RETURNING id, text, finished";

const SQL = {
  append:
    `${INSERT} ON CONFLICT (uid, message_id) DO UPDATE SET text = substr(text || excluded.text, 1, ${LONGEST_INDEXED}), ` +
    `finished = max(finished, excluded.finished) ${RETURNING}`,
  replace:
    `${INSERT} ON CONFLICT (uid, message_id) DO UPDATE SET text = excluded.text, role = excluded.role, finished = 1 ` +
    RETURNING,
  index: "INSERT OR REPLACE INTO message_index (rowid, text) VALUES (?, ?)",
  unfinished: "SELECT id, text FROM messages WHERE uid = ? AND finished = 0",
  finishAll: "UPDATE messages SET finished = 1 WHERE uid = ? AND finished = 0",
  unindex: "DELETE FROM message_index WHERE rowid IN (SELECT id FROM messages WHERE uid = ?)",
  drop: "DELETE FROM messages WHERE uid = ?",
  sessionsWith:
    "SELECT DISTINCT uid FROM messages WHERE id IN (SELECT rowid FROM message_index WHERE message_index MATCH ?)",
  find:
    "SELECT seq, message_id, role, text FROM messages WHERE uid = ? AND finished = 1 AND holds(text, ?) " +
    "ORDER BY seq, id LIMIT ?",
} as const;
