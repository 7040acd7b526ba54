// What the durable log looks like on disk, and the messages between the store and the thread that writes it.
import type { DatabaseSync } from "node:sqlite";

export interface LogRecord {
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly revision: number;
  /** The object's JSON; undefined deletes it. */
  readonly value: Uint8Array | undefined;
}

/** A record as it travels: its value is a part of the batch's one buffer, which is moved rather than copied. */
export interface PackedRecord {
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly revision: number;
  readonly offset: number;
  /** -1 deletes the object. */
  readonly length: number;
}

export interface LogBatch {
  readonly id: number;
  readonly revision: number;
  readonly records: readonly PackedRecord[];
  readonly values: ArrayBuffer;
}

export function packBatch(id: number, revision: number, records: readonly LogRecord[]): LogBatch {
  let size = 0;
  for (const record of records) size += record.value?.length ?? 0;
  const values = new Uint8Array(size);
  let offset = 0;
  const packed = records.map(({ resource, namespace, name, revision: at, value }): PackedRecord => {
    if (value === undefined) return { resource, namespace, name, revision: at, offset, length: -1 };
    values.set(value, offset);
    offset += value.length;
    return { resource, namespace, name, revision: at, offset: offset - value.length, length: value.length };
  });
  return { id, revision, records: packed, values: values.buffer };
}

export interface LogReply {
  readonly id: number;
  readonly error?: string;
}

export const LOG_FORMAT = 1;

/**
 * Opens or creates the tables. WAL with synchronous=FULL: a commit that returned survives a crash of the machine, and
 * the price of its fsync is shared by all writes that wait for the same batch.
 */
export function prepareDatabase(database: DatabaseSync): void {
  database.exec(`
    PRAGMA busy_timeout = 5000;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS objects (
      resource TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL,
      revision INTEGER NOT NULL, value BLOB NOT NULL,
      PRIMARY KEY (resource, namespace, name)
    ) STRICT;
    INSERT OR IGNORE INTO facts (name, value) VALUES ('format', ${LOG_FORMAT});
  `);
}
