/** The database's layout, as the steps that lead to it. Steps are only ever added; `user_version` counts those taken. */
import type { DatabaseSync } from "node:sqlite";
import { newerLayout } from "../layout.ts";
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
  `CREATE TABLE lives (uid TEXT PRIMARY KEY, lived_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
   INSERT INTO lives (uid, lived_at) SELECT DISTINCT uid, CAST(unixepoch('subsec') * 1000 AS INTEGER) FROM events;
   CREATE INDEX lives_by_age ON lives (lived_at);
   ALTER TABLE answers ADD COLUMN first_at INTEGER NOT NULL DEFAULT 0;
   UPDATE answers SET first_at = claimed_at;
   DROP INDEX answers_by_age;
   CREATE INDEX answers_by_age ON answers (first_at);`,
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

/**
 * Of two processes that open a database at once, one migrates and the other waits for it.
 *
 * @throws ConfigurationProblem when a newer version of this program has written the database
 */
export function migrate(database: DatabaseSync, file: string): void {
  while (migrateOnce(database, file));
}

/** @returns false when there was nothing to do */
function migrateOnce(database: DatabaseSync, file: string): boolean {
  // A layout that is current is found out without waiting for whoever writes.
  if (versionOf(database, file) === STEPS.length) return false;
  database.exec("BEGIN IMMEDIATE");
  try {
    const version = versionOf(database, file);
    const step = STEPS[version];
    if (typeof step === "string") database.exec(step);
    else step?.(database);
    database.exec(`PRAGMA user_version = ${Math.min(version + 1, STEPS.length)}; COMMIT;`);
    return true;
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}

function versionOf(database: DatabaseSync, file: string): number {
  const version = Number(database.prepare("PRAGMA user_version").get()?.["user_version"] ?? 0);
  if (version <= STEPS.length) return version;
  throw newerLayout(`${file} was written by a newer version (layout ${version}, known up to ${STEPS.length})`);
}
