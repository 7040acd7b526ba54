// The thread that owns the database file: it commits batches of changes, so that waiting for the disk stalls no request.
import { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";
import { prepareDatabase, type LogBatch, type LogReply } from "./log-format.ts";

const port = parentPort;
if (port === null) throw new Error("the log worker must be started as a worker thread");

const database = new DatabaseSync((workerData as { file: string }).file);
prepareDatabase(database);
const put = database.prepare(
  "INSERT OR REPLACE INTO objects (resource, namespace, name, revision, value) VALUES (?, ?, ?, ?, ?)",
);
const remove = database.prepare("DELETE FROM objects WHERE resource = ? AND namespace = ? AND name = ?");
const setRevision = database.prepare("INSERT OR REPLACE INTO facts (name, value) VALUES ('revision', ?)");

function commit(batch: LogBatch): LogReply {
  try {
    database.exec("BEGIN IMMEDIATE");
    for (const record of batch.records) {
      const { resource, namespace, name, revision, offset, length } = record;
      if (length < 0) remove.run(resource, namespace, name);
      else put.run(resource, namespace, name, revision, new Uint8Array(batch.values, offset, length));
    }
    setRevision.run(batch.revision);
    database.exec("COMMIT");
    return { id: batch.id };
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    return { id: batch.id, error: error instanceof Error ? error.message : String(error) };
  }
}

port.on("message", (message: LogBatch | "close") => {
  if (message === "close") {
    database.close();
    port.close();
    return;
  }
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread has no origin
  port.postMessage(commit(message));
});
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread has no origin
port.postMessage({ id: 0 } satisfies LogReply);
