/**
 * LangGraph's conversation on the session's volume, in a SQLite file of its own: what one attempt leaves to the next.
 * The newest checkpoints of a thread are kept; a session goes on from its end, never from its past.
 */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type SQLOutputValue, type StatementSync } from "node:sqlite";
import type { RunnableConfig } from "@langchain/core/runnables";
import {
  BaseCheckpointSaver,
  compareWritesSortKeys,
  getCheckpointId,
  WRITES_IDX_MAP,
  writesSortKey,
  type ChannelVersions,
  type Checkpoint,
  type CheckpointListOptions,
  type CheckpointMetadata,
  type CheckpointPendingWrite,
  type CheckpointTuple,
  type PendingWrite,
} from "@langchain/langgraph-checkpoint";
import { z } from "zod";

/** Each holds the whole conversation. The one before the newest is where the newest's pending writes may point. */
const KEPT = 4;

const TABLES = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA busy_timeout = 5000;
  CREATE TABLE IF NOT EXISTS checkpoints (
    thread TEXT NOT NULL, namespace TEXT NOT NULL, id TEXT NOT NULL, parent TEXT,
    type TEXT NOT NULL, checkpoint BLOB NOT NULL, metadata_type TEXT NOT NULL, metadata BLOB NOT NULL,
    PRIMARY KEY (thread, namespace, id)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS writes (
    thread TEXT NOT NULL, namespace TEXT NOT NULL, checkpoint TEXT NOT NULL, task TEXT NOT NULL, position INTEGER NOT NULL,
    path TEXT NOT NULL, channel TEXT NOT NULL, type TEXT NOT NULL, value BLOB NOT NULL,
    PRIMARY KEY (thread, namespace, checkpoint, task, position)
  ) STRICT;
`;

const Row = z.object({
  thread: z.string(),
  namespace: z.string(),
  id: z.string(),
  parent: z.string().nullable(),
  type: z.string(),
  checkpoint: z.instanceof(Uint8Array),
  metadata_type: z.string(),
  metadata: z.instanceof(Uint8Array),
});
type Row = z.infer<typeof Row>;

const WriteRow = z.object({
  task: z.string(),
  position: z.number(),
  path: z.string(),
  channel: z.string(),
  type: z.string(),
  value: z.instanceof(Uint8Array),
});

interface Place {
  readonly thread: string;
  readonly namespace: string;
}

function placeOf(config: RunnableConfig): Place {
  const { thread_id: thread, checkpoint_ns: namespace } = config.configurable ?? {};
  if (typeof thread !== "string" || thread === "") throw new Error("a checkpoint needs configurable.thread_id");
  return { thread, namespace: typeof namespace === "string" ? namespace : "" };
}

export class FileCheckpointer extends BaseCheckpointSaver {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** @param file `:memory:` for one that ends with the process */
  constructor(file: string) {
    super();
    if (file !== ":memory:") mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    this.#database = new DatabaseSync(file);
    this.#database.exec(TABLES);
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  async getTuple(config: RunnableConfig): Promise<CheckpointTuple | undefined> {
    const { thread, namespace } = placeOf(config);
    const id = getCheckpointId(config);
    const found =
      id === ""
        ? this.#rows("SELECT * FROM checkpoints WHERE thread = ? AND namespace = ? ORDER BY id DESC LIMIT 1", [
            thread,
            namespace,
          ])
        : this.#rows("SELECT * FROM checkpoints WHERE thread = ? AND namespace = ? AND id = ?", [
            thread,
            namespace,
            id,
          ]);
    const [row] = found;
    return row === undefined ? undefined : this.#tuple(Row.parse(row));
  }

  async *list(config: RunnableConfig, options: CheckpointListOptions = {}): AsyncGenerator<CheckpointTuple> {
    const { thread, namespace } = placeOf(config);
    const before = options.before === undefined ? "" : getCheckpointId(options.before);
    const rows = this.#rows(
      "SELECT * FROM checkpoints WHERE thread = ? AND namespace = ? AND (? = '' OR id < ?) ORDER BY id DESC",
      [thread, namespace, before, before],
    );
    let left = options.limit ?? Number.POSITIVE_INFINITY;
    for (const row of rows) {
      if (left <= 0) return;
      const tuple = await this.#tuple(Row.parse(row));
      const metadata: Record<string, unknown> = { ...tuple.metadata };
      const wanted = Object.entries(options.filter ?? {});
      if (!wanted.every(([key, value]) => metadata[key] === value)) continue;
      left -= 1;
      yield tuple;
    }
  }

  async put(
    config: RunnableConfig,
    checkpoint: Checkpoint,
    metadata: CheckpointMetadata,
    _newVersions: ChannelVersions,
  ): Promise<RunnableConfig> {
    const { thread, namespace } = placeOf(config);
    const parent = getCheckpointId(config);
    const [[type, value], [metadataType, metadataValue]] = await Promise.all([
      this.serde.dumpsTyped(checkpoint),
      this.serde.dumpsTyped(metadata),
    ]);
    this.#transaction(() => {
      this.#statement("INSERT OR REPLACE INTO checkpoints VALUES (?, ?, ?, ?, ?, ?, ?, ?)").run(
        thread,
        namespace,
        checkpoint.id,
        parent === "" ? null : parent,
        type,
        value,
        metadataType,
        metadataValue,
      );
      this.#forgetOld(thread, namespace);
    });
    return { configurable: { thread_id: thread, checkpoint_ns: namespace, checkpoint_id: checkpoint.id } };
  }

  async putWrites(config: RunnableConfig, writes: PendingWrite[], taskId: string, taskPath = ""): Promise<void> {
    const { thread, namespace } = placeOf(config);
    const checkpoint = getCheckpointId(config);
    const dumped = await Promise.all(
      writes.map(async ([channel, value], index) => {
        const position = WRITES_IDX_MAP[channel] ?? index;
        return { channel, position, dumped: await this.serde.dumpsTyped(value) };
      }),
    );
    this.#transaction(() => {
      for (const { channel, position, dumped: typed } of dumped) {
        const [type, value] = typed;
        // A task's own writes are made once; what the framework notes about it (an error, an interrupt) may change.
        const verb = position >= 0 ? "INSERT OR IGNORE" : "INSERT OR REPLACE";
        this.#statement(`${verb} INTO writes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`).run(
          thread,
          namespace,
          checkpoint,
          taskId,
          position,
          taskPath,
          channel,
          type,
          value,
        );
      }
    });
  }

  async deleteThread(threadId: string): Promise<void> {
    this.#transaction(() => {
      this.#statement("DELETE FROM checkpoints WHERE thread = ?").run(threadId);
      this.#statement("DELETE FROM writes WHERE thread = ?").run(threadId);
    });
  }

  async #tuple(row: Row): Promise<CheckpointTuple> {
    const { thread, namespace, id, parent } = row;
    const configOf = (checkpoint: string): RunnableConfig => ({
      configurable: { thread_id: thread, checkpoint_ns: namespace, checkpoint_id: checkpoint },
    });
    const stored = this.#rows(
      "SELECT task, position, path, channel, type, value FROM writes WHERE thread = ? AND namespace = ? AND checkpoint = ?",
      [thread, namespace, id],
    ).map((write) => WriteRow.parse(write));
    const key = (write: z.infer<typeof WriteRow>) => writesSortKey(write.path, write.task, write.position);
    stored.sort((a, b) => compareWritesSortKeys(key(a), key(b)));
    const [checkpoint, metadata, pendingWrites] = await Promise.all([
      this.#load<Checkpoint>(row.type, row.checkpoint),
      this.#load<CheckpointMetadata>(row.metadata_type, row.metadata),
      Promise.all(
        stored.map(async ({ task, channel, type, value }): Promise<CheckpointPendingWrite> => [
          task,
          channel,
          await this.#load<unknown>(type, value),
        ]),
      ),
    ]);
    return {
      config: configOf(id),
      checkpoint,
      metadata,
      pendingWrites,
      ...(parent === null ? {} : { parentConfig: configOf(parent) }),
    };
  }

  /** What the framework's own serializer wrote, and nobody else. */
  async #load<T>(type: string, value: Uint8Array): Promise<T> {
    return this.serde.loadsTyped(type, value) as Promise<T>;
  }

  #forgetOld(thread: string, namespace: string): void {
    const oldest = this.#rows(
      "SELECT id FROM checkpoints WHERE thread = ? AND namespace = ? ORDER BY id DESC LIMIT 1 OFFSET ?",
      [thread, namespace, KEPT - 1],
    );
    const id = oldest[0]?.["id"];
    if (typeof id !== "string") return;
    this.#statement("DELETE FROM checkpoints WHERE thread = ? AND namespace = ? AND id < ?").run(thread, namespace, id);
    this.#statement("DELETE FROM writes WHERE thread = ? AND namespace = ? AND checkpoint < ?").run(
      thread,
      namespace,
      id,
    );
  }

  #rows(sql: string, parameters: (string | number)[]): Record<string, SQLOutputValue>[] {
    return this.#statement(sql).all(...parameters);
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql) ?? this.#database.prepare(sql);
    this.#statements.set(sql, known);
    return known;
  }

  #transaction(work: () => void): void {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      work();
      this.#database.exec("COMMIT");
    } catch (error) {
      this.#database.exec("ROLLBACK");
      throw error;
    }
  }
}
