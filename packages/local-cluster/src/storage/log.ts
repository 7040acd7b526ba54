// The durable log behind the store: gathers the changes of a moment into one transaction and tells when it is on disk.
import { DatabaseSync } from "node:sqlite";
import { Worker } from "node:worker_threads";
import { LOG_FORMAT, packBatch, prepareDatabase, type LogBatch, type LogRecord, type LogReply } from "./log-format.ts";

export interface LoadedRecord {
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly revision: number;
  readonly value: Buffer;
}

export interface LogOutcome {
  /** Everything up to this revision is on disk. */
  readonly revision: number;
  /** Set when the batch, and with it everything that was queued behind it, was not written. */
  readonly error: Error | undefined;
}

export class DurableLog {
  readonly #worker: Worker;
  readonly #onOutcome: (outcome: LogOutcome) => void;
  #queued: LogRecord[] = [];
  #writing: LogBatch | undefined;
  #nextId = 1;
  #scheduled = false;
  #durable: number;
  #idle: (() => void)[] = [];
  readonly #exited: Promise<void>;

  private constructor(worker: Worker, revision: number, onOutcome: (outcome: LogOutcome) => void) {
    this.#worker = worker;
    this.#durable = revision;
    this.#onOutcome = onOutcome;
    worker.on("message", (reply: LogReply) => this.#settle(reply));
    worker.on("error", (error) => this.#fail(error));
    this.#exited = new Promise((resolve) => worker.once("exit", () => resolve()));
  }

  /** Reads the whole log, calling `load` for each object, and starts the thread that will append to it. */
  static open(
    file: string,
    load: (record: LoadedRecord) => void,
    onOutcome: (outcome: LogOutcome) => void,
  ): { log: DurableLog; revision: number } {
    const worker = new Worker(new URL("./log-worker.ts", import.meta.url), {
      workerData: { file },
      execArgv: [],
      // It holds a batch at a time: a small young generation keeps it small.
      resourceLimits: { maxYoungGenerationSizeMb: 4 },
    });
    const database = new DatabaseSync(file);
    try {
      prepareDatabase(database);
      const format = database.prepare("SELECT value FROM facts WHERE name = 'format'").get()?.["value"];
      if (format !== LOG_FORMAT)
        throw new Error(`${file}: format ${String(format)} is not ${LOG_FORMAT}; it was written by another version`);
      const revision = database.prepare("SELECT value FROM facts WHERE name = 'revision'").get()?.["value"] ?? 0;
      for (const row of database.prepare("SELECT resource, namespace, name, revision, value FROM objects").iterate()) {
        const { resource, namespace, name, revision, value } = row;
        if (
          typeof resource !== "string" ||
          typeof namespace !== "string" ||
          typeof name !== "string" ||
          typeof revision !== "number" ||
          !(value instanceof Uint8Array)
        )
          throw new Error(`${file}: a row has columns of unexpected types`);
        load({
          resource,
          namespace,
          name,
          revision,
          value: Buffer.from(value.buffer, value.byteOffset, value.byteLength),
        });
      }
      return { log: new DurableLog(worker, Number(revision), onOutcome), revision: Number(revision) };
    } catch (error) {
      void worker.terminate();
      throw error;
    } finally {
      database.close();
    }
  }

  append(record: LogRecord): void {
    this.#queued.push(record);
    if (this.#writing !== undefined || this.#scheduled) return;
    this.#scheduled = true;
    // At the end of this turn of the loop, so that writes which arrived together share one fsync.
    setImmediate(() => {
      this.#scheduled = false;
      this.#write();
    });
  }

  #write(): void {
    const last = this.#queued.at(-1);
    if (last === undefined || this.#writing !== undefined) return;
    const batch = packBatch(this.#nextId++, last.revision, this.#queued);
    this.#queued = [];
    this.#writing = batch;
    this.#worker.postMessage(batch, [batch.values]);
  }

  #settle(reply: LogReply): void {
    const batch = this.#writing;
    if (batch === undefined || reply.id !== batch.id) return;
    this.#writing = undefined;
    if (reply.error === undefined) {
      this.#durable = batch.revision;
      this.#write();
      this.#onOutcome({ revision: batch.revision, error: undefined });
    } else {
      this.#queued = [];
      this.#onOutcome({ revision: this.#durable, error: new Error(`the log could not be written: ${reply.error}`) });
    }
    this.#wakeWhenIdle();
  }

  #fail(error: unknown): void {
    this.#writing = undefined;
    this.#queued = [];
    const reason = error instanceof Error ? error.message : String(error);
    this.#onOutcome({ revision: this.#durable, error: new Error(`the log's thread ended: ${reason}`) });
    this.#wakeWhenIdle();
  }

  #wakeWhenIdle(): void {
    if (this.#writing !== undefined || this.#queued.length > 0) return;
    for (const wake of this.#idle.splice(0)) wake();
  }

  /** Writes what is queued and closes the file. */
  async close(): Promise<void> {
    if (this.#writing !== undefined || this.#queued.length > 0)
      await new Promise<void>((resolve) => this.#idle.push(resolve));
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread has no origin
    this.#worker.postMessage("close");
    await this.#exited;
  }
}
