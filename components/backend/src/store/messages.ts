/**
 * The messages of a transcript as search sees them: what events add to them, worked out when events are appended. A
 * message can be found once it is finished; until then its deltas are only gathered.
 */
import { z } from "zod";
import type { StoredEvent } from "./store.ts";

/** What a batch of events does to one message. */
export interface MessageChange {
  readonly messageId: string;
  /** Undefined when only deltas came: the message began in an earlier batch. */
  readonly role: string | undefined;
  /** Number of the event that named it first in this batch. */
  readonly seq: number;
  /** Added to what is held of it, or in place of that. */
  readonly text: string;
  readonly replaces: boolean;
  readonly finished: boolean;
}

export interface MessageChanges {
  readonly changes: readonly MessageChange[];
  /** A run has ended: whatever was still open is finished. */
  readonly runEnded: boolean;
}

export interface FoundMessage {
  readonly seq: number;
  readonly messageId: string;
  readonly role: string;
  readonly text: string;
}

/** Finds messages by a part of their text, in whatever case. */
export interface MessageSearch {
  /** Which of these sessions have a message that holds `text`, which has at least {@link SHORTEST_NEEDLE} characters. */
  sessionsWith(text: string, uids: readonly string[]): Promise<Set<string>>;
  /** Up to `limit` messages of one session that hold `text`, in order. */
  find(uid: string, text: string, limit: number): Promise<FoundMessage[]>;
}

/** Both indexes are made of groups of three characters. */
export const SHORTEST_NEEDLE = 3;
/** More of one message is kept in the transcript, but not found. */
export const LONGEST_INDEXED = 200_000;

/** What a database's text and its indexes can hold. */
const Id = z
  .string()
  .min(1)
  .max(500)
  .refine((id) => !id.includes("\u0000"));
const Role = z.enum(["user", "assistant", "system", "developer"]);
const Content = z.union([z.string(), z.array(z.looseObject({ type: z.string(), text: z.string().optional() }))]);
const InputMessage = z.looseObject({ id: Id, role: Role, content: Content });
const Messages = z.array(z.unknown());
const Indexed = z.discriminatedUnion("type", [
  z.looseObject({
    type: z.literal("RUN_STARTED"),
    input: z.looseObject({ messages: Messages.optional() }).nullish(),
  }),
  z.looseObject({ type: z.literal("MESSAGES_SNAPSHOT"), messages: Messages }),
  z.looseObject({ type: z.literal("TEXT_MESSAGE_START"), messageId: Id, role: Role.optional().catch(undefined) }),
  z.looseObject({ type: z.literal("TEXT_MESSAGE_CONTENT"), messageId: Id, delta: z.string() }),
  z.looseObject({
    type: z.literal("TEXT_MESSAGE_CHUNK"),
    messageId: Id,
    role: Role.optional().catch(undefined),
    delta: z.string().optional(),
  }),
  z.looseObject({ type: z.literal("TEXT_MESSAGE_END"), messageId: Id }),
  z.looseObject({ type: z.literal("RUN_FINISHED") }),
  z.looseObject({ type: z.literal("RUN_ERROR") }),
]);
type Indexed = z.infer<typeof Indexed>;

/** Cheap, so that the many events that say nothing here are not parsed; wrong only towards parsing too much. */
const MAY_MATTER = /"(TEXT_MESSAGE_|RUN_|MESSAGES_SNAPSHOT)/;

export function messageChanges(events: readonly StoredEvent[]): MessageChanges {
  const batch = new Batch();
  for (const { seq, data } of events) {
    if (!MAY_MATTER.test(data)) continue;
    const value = parse(data);
    if (isDelta(value)) {
      batch.see(seq, value);
      continue;
    }
    const event = Indexed.safeParse(value);
    if (event.success) batch.see(seq, event.data);
  }
  return { changes: batch.changes, runEnded: batch.runEnded };
}

/** Nearly all events are this one: it is told apart without a schema. */
function isDelta(value: unknown): value is Extract<Indexed, { type: "TEXT_MESSAGE_CONTENT" }> {
  if (typeof value !== "object" || value === null) return false;
  const { type, messageId, delta } = value as Record<string, unknown>;
  return type === "TEXT_MESSAGE_CONTENT" && typeof delta === "string" && Id.safeParse(messageId).success;
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type Added = Partial<Pick<MessageChange, "role" | "text" | "replaces" | "finished">>;

class Batch {
  runEnded = false;
  readonly #changes = new Map<string, Writable<MessageChange>>();

  get changes(): MessageChange[] {
    return [...this.#changes.values()];
  }

  see(seq: number, event: Indexed): void {
    switch (event.type) {
      case "RUN_STARTED":
        return this.#addAll(seq, event.input?.messages ?? []);
      case "MESSAGES_SNAPSHOT":
        return this.#addAll(seq, event.messages);
      case "TEXT_MESSAGE_START":
        return this.#change(seq, event.messageId, { role: event.role ?? "assistant" });
      case "TEXT_MESSAGE_CONTENT":
        return this.#change(seq, event.messageId, { text: event.delta });
      case "TEXT_MESSAGE_CHUNK":
        return this.#change(seq, event.messageId, { role: event.role, text: event.delta ?? "" });
      case "TEXT_MESSAGE_END":
        return this.#change(seq, event.messageId, { finished: true });
      default:
        this.runEnded = true;
    }
  }

  #addAll(seq: number, messages: readonly unknown[]): void {
    for (const candidate of messages) {
      const message = InputMessage.safeParse(candidate);
      if (!message.success) continue;
      const { id, role, content } = message.data;
      this.#changes.delete(id);
      this.#change(seq, id, { role, text: textOf(content), replaces: true, finished: true });
    }
  }

  #change(seq: number, messageId: string, added: Added): void {
    let change = this.#changes.get(messageId);
    if (change === undefined) {
      change = { messageId, seq, role: undefined, text: "", replaces: false, finished: false };
      this.#changes.set(messageId, change);
    }
    change.role ??= added.role;
    change.replaces ||= added.replaces ?? false;
    change.finished ||= added.finished ?? false;
    if (added.text === undefined || change.text.length >= LONGEST_INDEXED) return;
    // A database's text holds no NUL.
    const text = added.text.includes("\u0000") ? added.text.replaceAll("\u0000", "") : added.text;
    change.text = (change.text + text).slice(0, LONGEST_INDEXED);
  }
}

function textOf(content: z.infer<typeof Content>): string {
  if (typeof content === "string") return content;
  return content.flatMap((part) => (part.type === "text" && part.text !== undefined ? [part.text] : [])).join("\n");
}

/** Characters as both indexes count them. */
export function isSearchable(text: string): boolean {
  return Array.from(text).length >= SHORTEST_NEEDLE && !text.includes("\u0000");
}
