/**
 * Search over messages in PostgreSQL. `folded` is the text in lower case, as JavaScript makes it, whatever the locale of
 * the database; it is set once a message is finished, so that the index is not written with every delta.
 */
import type { Sql, TransactionSql } from "postgres";
import {
  LONGEST_INDEXED,
  isSearchable,
  messageChanges,
  type FoundMessage,
  type MessageChange,
  type MessageSearch,
} from "../messages.ts";
import type { StoredEvent } from "../store.ts";

interface TextRow {
  readonly message_id: string;
  readonly text: string;
}

export class PostgresMessages implements MessageSearch {
  readonly #query: Sql;

  constructor(query: Sql) {
    this.#query = query;
  }

  async sessionsWith(text: string, uids: readonly string[]): Promise<Set<string>> {
    const sql = this.#query;
    if (!isSearchable(text) || uids.length === 0) return new Set();
    const rows = await sql<{ uid: string }[]>`
      SELECT DISTINCT uid FROM messages WHERE uid = ANY(${[...uids]}::text[]) AND folded LIKE ${pattern(text)}`;
    return new Set(rows.map(({ uid }) => uid));
  }

  async find(uid: string, text: string, limit: number): Promise<FoundMessage[]> {
    const sql = this.#query;
    if (text.includes("\u0000")) return [];
    const rows = await sql<{ seq: string; message_id: string; role: string; text: string }[]>`
      SELECT seq, message_id, role, text FROM messages WHERE uid = ${uid} AND folded LIKE ${pattern(text)}
      ORDER BY seq, message_id LIMIT ${limit}`;
    return rows.map(({ seq, message_id: messageId, role, text: whole }) => ({
      seq: Number(seq),
      messageId,
      role,
      text: whole,
    }));
  }
}

/** Takes in what new events say, within the transaction that stores them. */
export async function addMessages(
  transaction: TransactionSql,
  uid: string,
  events: readonly StoredEvent[],
): Promise<void> {
  const { changes, runEnded } = messageChanges(events);
  const finished = [
    ...(await write(transaction, uid, changes, false)),
    ...(await write(transaction, uid, changes, true)),
  ];
  if (runEnded) {
    finished.push(
      ...(await transaction<TextRow[]>`
        UPDATE messages SET finished = true WHERE uid = ${uid} AND NOT finished RETURNING message_id, text`),
    );
  }
  if (finished.length === 0) return;
  const ids = finished.map((row) => row.message_id);
  const folded = finished.map((row) => row.text.toLowerCase());
  await transaction`
    UPDATE messages SET folded = new.folded
    FROM unnest(${ids}::text[], ${folded}::text[]) AS new (message_id, folded)
    WHERE messages.uid = ${uid} AND messages.message_id = new.message_id`;
}

/** @returns the messages that are finished now */
async function write(
  transaction: TransactionSql,
  uid: string,
  changes: readonly MessageChange[],
  replaces: boolean,
): Promise<TextRow[]> {
  const chosen = changes.filter((change) => change.replaces === replaces);
  if (chosen.length === 0) return [];
  const rows = await transaction<(TextRow & { finished: boolean })[]>`
    INSERT INTO messages (uid, message_id, role, seq, text, finished)
    SELECT ${uid}, new.message_id, new.role, new.seq, new.text, new.finished = 1 FROM unnest(
      ${chosen.map(({ messageId }) => messageId)}::text[],
      ${chosen.map(({ role = "assistant" }) => role)}::text[],
      ${chosen.map(({ seq }) => seq)}::bigint[],
      ${chosen.map(({ text }) => text)}::text[],
      ${chosen.map(({ finished }) => (finished ? 1 : 0))}::int[]) AS new (message_id, role, seq, text, finished)
    ON CONFLICT (uid, message_id) DO UPDATE SET
      text = CASE WHEN ${replaces} THEN excluded.text ELSE left(messages.text || excluded.text, ${LONGEST_INDEXED}) END,
      role = CASE WHEN ${replaces} THEN excluded.role ELSE messages.role END,
      finished = messages.finished OR excluded.finished
    RETURNING message_id, text, finished`;
  return rows.filter(({ finished }) => finished);
}

function pattern(text: string): string {
  return `%${text.toLowerCase().replaceAll(/[\\%_]/g, "\\$&")}%`;
}
