/** Feedback in SQLite. */
import { Feedback } from "@pilothouse/contracts";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { GroupCommit } from "../group-commit.ts";
import type { FeedbackStore } from "../feedback.ts";

export class SqliteFeedback implements FeedbackStore {
  readonly #commit: GroupCommit;
  readonly #statements: Readonly<Record<keyof typeof SQL, StatementSync>>;

  constructor(database: DatabaseSync, commit: GroupCommit) {
    this.#commit = commit;
    this.#statements = Object.fromEntries(
      Object.entries(SQL).map(([name, sql]) => [name, database.prepare(sql)]),
    ) as Record<keyof typeof SQL, StatementSync>;
  }

  async put(uid: string, feedback: Feedback): Promise<void> {
    const { userId, messageId, createdAt } = feedback;
    await this.#commit.run(() => this.#statements.put.run(uid, messageId, userId, createdAt, JSON.stringify(feedback)));
  }

  async remove(uid: string, userId: string, messageId: string): Promise<boolean> {
    return this.#commit.run(() => Number(this.#statements.remove.run(uid, messageId, userId).changes) > 0);
  }

  async list(uid: string): Promise<Feedback[]> {
    return this.#statements.list.all(uid).map((row) => Feedback.parse(JSON.parse(String(row["feedback"]))));
  }

  /** To be called within a transaction. */
  forget(uid: string): void {
    this.#statements.forget.run(uid);
  }
}

const SQL = {
  put:
    "INSERT INTO feedback (uid, message_id, user_id, created_at, feedback) VALUES (?, ?, ?, ?, ?) " +
    "ON CONFLICT (uid, message_id, user_id) DO UPDATE SET created_at = excluded.created_at, feedback = excluded.feedback",
  remove: "DELETE FROM feedback WHERE uid = ? AND message_id = ? AND user_id = ?",
  list: "SELECT feedback FROM feedback WHERE uid = ? ORDER BY created_at, message_id, user_id",
  forget: "DELETE FROM feedback WHERE uid = ?",
} as const;
