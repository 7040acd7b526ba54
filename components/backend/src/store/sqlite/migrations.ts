/** The database's layout, as the steps that lead to it. Steps are only ever added; `user_version` counts those taken. */
import type { DatabaseSync } from "node:sqlite";
import { SqliteMessages } from "./messages.ts";

type Step = string | ((database: DatabaseSync) => void);

const STEPS: readonly Step[] = [
  `CREATE TABLE events (
     uid TEXT NOT NULL,
     seq INTEGER NOT NULL,
     data TEXT NOT NULL,
     PRIMARY KEY (uid, seq)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE snapshots (
     uid TEXT NOT NULL,
     kind TEXT NOT NULL,
     content_type TEXT NOT NULL,
     body BLOB NOT NULL,
     updated_at INTEGER NOT NULL,
     PRIMARY KEY (uid, kind)
   ) STRICT;
   CREATE TABLE answers (
     key TEXT PRIMARY KEY,
     request_hash TEXT NOT NULL,
     claimed_at INTEGER NOT NULL,
     answer TEXT
   ) STRICT;
   CREATE INDEX answers_by_age ON answers (claimed_at);
   CREATE TABLE keys (
     user_id TEXT PRIMARY KEY,
     last_used_at INTEGER,
     expires_at INTEGER
   ) STRICT;`,
  `CREATE TABLE messages (
     id INTEGER PRIMARY KEY,
     uid TEXT NOT NULL,
     message_id TEXT NOT NULL,
     role TEXT NOT NULL,
     seq INTEGER NOT NULL,
     text TEXT NOT NULL,
     finished INTEGER NOT NULL,
     UNIQUE (uid, message_id)
   ) STRICT;
   CREATE INDEX messages_by_place ON messages (uid, seq);
   CREATE INDEX messages_unfinished ON messages (uid) WHERE finished = 0;
   CREATE VIRTUAL TABLE message_index USING fts5(text, content = '', contentless_delete = 1, tokenize = 'trigram');
   CREATE TABLE feedback (
     uid TEXT NOT NULL,
     message_id TEXT NOT NULL,
     user_id TEXT NOT NULL,
     created_at TEXT NOT NULL,
     feedback TEXT NOT NULL,
     PRIMARY KEY (uid, message_id, user_id)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE endings (uid TEXT PRIMARY KEY, ended_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
   CREATE INDEX endings_by_age ON endings (ended_at);`,
  indexMessages,
];

/** What was stored before there was a search. */
function indexMessages(database: DatabaseSync): void {
  const messages = new SqliteMessages(database);
  const page = database.prepare("SELECT seq, data FROM events WHERE uid = ? AND seq > ? ORDER BY seq LIMIT 1000");
  for (const { uid } of database.prepare("SELECT DISTINCT uid FROM events").all()) {
    for (let after = 0; ;) {
      const events = page.all(uid ?? "", after).map((row) => ({ seq: Number(row["seq"]), data: String(row["data"]) }));
      const last = events.at(-1);
      if (last === undefined) break;
      messages.add(String(uid), events);
      after = last.seq;
    }
  }
}

/** @throws Error when a newer version of this program has written the database */
export function migrate(database: DatabaseSync, file: string): void {
  const row = database.prepare("PRAGMA user_version").get();
  const version = Number(row?.["user_version"] ?? 0);
  if (version > STEPS.length) {
    throw new Error(`${file} was written by a newer version (layout ${version}, known up to ${STEPS.length})`);
  }
  STEPS.slice(version).forEach((step, index) => {
    database.exec("BEGIN IMMEDIATE");
    try {
      if (typeof step === "string") database.exec(step);
      else step(database);
      database.exec(`PRAGMA user_version = ${version + index + 1}; COMMIT;`);
    } catch (error) {
      database.exec("ROLLBACK");
      throw error;
    }
  });
}
