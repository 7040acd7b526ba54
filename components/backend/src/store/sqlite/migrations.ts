/** The database's layout, as the steps that lead to it. Steps are only ever added; `user_version` counts those taken. */
import type { DatabaseSync } from "node:sqlite";

const STEPS: readonly string[] = [
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
];

/** @throws Error when a newer version of this program has written the database */
export function migrate(database: DatabaseSync, file: string): void {
  const row = database.prepare("PRAGMA user_version").get();
  const version = Number(row?.["user_version"] ?? 0);
  if (version > STEPS.length) {
    throw new Error(`${file} was written by a newer version (layout ${version}, known up to ${STEPS.length})`);
  }
  STEPS.slice(version).forEach((step, index) => {
    database.exec(`BEGIN IMMEDIATE; ${step} PRAGMA user_version = ${version + index + 1}; COMMIT;`);
  });
}
