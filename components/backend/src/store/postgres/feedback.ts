/** Feedback in PostgreSQL. */
import { Feedback } from "@pilothouse/contracts";
import type { Sql } from "postgres";
import type { FeedbackStore } from "../feedback.ts";

export class PostgresFeedback implements FeedbackStore {
  readonly #query: Sql;

  constructor(query: Sql) {
    this.#query = query;
  }

  async put(uid: string, feedback: Feedback): Promise<void> {
    const sql = this.#query;
    const { messageId, userId, createdAt } = feedback;
    await sql`
      INSERT INTO feedback (uid, message_id, user_id, created_at, feedback)
      VALUES (${uid}, ${messageId}, ${userId}, ${createdAt}, ${JSON.stringify(feedback)})
      ON CONFLICT (uid, message_id, user_id) DO UPDATE
      SET created_at = excluded.created_at, feedback = excluded.feedback`;
  }

  async remove(uid: string, userId: string, messageId: string): Promise<boolean> {
    const sql = this.#query;
    const removed = await sql`
      DELETE FROM feedback WHERE uid = ${uid} AND message_id = ${messageId} AND user_id = ${userId}`;
    return removed.count > 0;
  }

  async list(uid: string): Promise<Feedback[]> {
    const sql = this.#query;
    const rows = await sql<{ feedback: string }[]>`
      SELECT feedback FROM feedback WHERE uid = ${uid} ORDER BY created_at, message_id, user_id`;
    return rows.map(({ feedback }) => Feedback.parse(JSON.parse(feedback)));
  }
}
