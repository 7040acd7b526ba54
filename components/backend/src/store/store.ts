/**
 * What the backend keeps that is no Kubernetes object: transcripts by session uid, what was said of their messages, what
 * a session left behind, answers to requests that may be repeated, and when access keys were used. SQLite on one machine,
 * PostgreSQL where several replicas share it; both pass the same suite (`test/store-suite.ts`).
 */
import type { FeedbackStore } from "./feedback.ts";
import type { MessageSearch } from "./messages.ts";

export interface StoredEvent {
  readonly seq: number;
  /** The event's JSON, byte for byte as it is handed to readers. */
  readonly data: string;
}

export interface AppendResult {
  /** The last event held afterwards. */
  readonly lastSeq: number;
  /** True when the batch begins after a hole: nothing of it was taken. */
  readonly gap: boolean;
}

/** A small document about a session, kept beside its transcript: the last known answer of its runner. */
export interface Snapshot {
  readonly contentType: string;
  readonly body: Buffer;
  readonly updatedAt: number;
}

/** `expiresAt` is undefined for a key whose token itself says when it ends. */
export interface KeyRecord {
  readonly lastUsedAt: number | undefined;
  readonly expiresAt: number | undefined;
}

export interface RememberedAnswer {
  readonly status: number;
  readonly location: string | undefined;
  readonly body: string;
}

export type Remembered =
  /** `firstAt`: when the key was first used for this request, by whoever could not finish it. */
  | { readonly state: "new"; readonly firstAt: number }
  | { readonly state: "pending" }
  | { readonly state: "other-request" }
  | { readonly state: "done"; readonly answer: RememberedAnswer };

export interface Store {
  readonly feedback: FeedbackStore;
  readonly messages: MessageSearch;

  /** Number of the last event held for a session; 0 when there is none. */
  lastSeq(uid: string): Promise<number>;
  /**
   * Takes events whose numbers follow on from what is held. Those already held are skipped, whatever they contain.
   * `entries` must be in ascending order without holes among themselves. Durable once it resolves.
   */
  append(uid: string, entries: readonly StoredEvent[]): Promise<AppendResult>;
  /** Up to `limit` events after `after`, in order. */
  read(uid: string, after: number, limit: number): Promise<StoredEvent[]>;
  /** Up to `limit` events before `before` (exclusive), the newest last: for paging backwards. */
  readBefore(uid: string, before: number, limit: number): Promise<StoredEvent[]>;
  /** Forgets everything about a session. */
  forget(uid: string): Promise<void>;

  /** Notes when a session ended, or that it lives (undefined). An event that is appended says the latter. */
  noteEnd(uid: string, endedAt: number | undefined): Promise<void>;
  /**
   * Sessions that ended before `cutoff` and have not lived since, up to `limit`. One of which nobody has seen the end
   * counts from its last sign of life.
   */
  endedBefore(cutoff: number, limit: number): Promise<string[]>;
  /** Forgets a session if it still counts as ended before `cutoff`. @returns whether it did */
  expire(uid: string, cutoff: number): Promise<boolean>;

  putSnapshot(uid: string, kind: string, snapshot: Omit<Snapshot, "updatedAt">): Promise<void>;
  getSnapshot(uid: string, kind: string): Promise<Snapshot | undefined>;

  /**
   * Claims a key for one request, or says what became of the request that claimed it. A claim that is older than `lease`
   * milliseconds belongs to a request that died, and is taken over.
   */
  remember(key: string, requestHash: string, lease?: number): Promise<Remembered>;
  /** Keeps the answer to a claimed key; without an answer the claim is given up, and the key may be used again. */
  settle(key: string, answer: RememberedAnswer | undefined): Promise<void>;

  /** Notes the use of an access key's ServiceAccount, or the end of its life. */
  noteKey(userId: string, record: Partial<KeyRecord>): Promise<void>;
  getKeys(userIds: readonly string[]): Promise<Map<string, KeyRecord>>;
  forgetKey(userId: string): Promise<void>;

  /** Rejects when the store cannot be used. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** The lease of a claim, unless said otherwise. */
export const CLAIM_MILLISECONDS = 120_000;
/** How long the answer to an Idempotency-Key is kept. */
export const REMEMBERED_MILLISECONDS = 24 * 3_600_000;
