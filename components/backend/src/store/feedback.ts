/** What users think of messages: one word of each user on each message, kept beside the transcript. */
import type { Feedback } from "@pilothouse/contracts";

export interface FeedbackStore {
  /** Replaces what the same user said of the same message. */
  put(uid: string, feedback: Feedback): Promise<void>;
  /** @returns false when the user had said nothing */
  remove(uid: string, userId: string, messageId: string): Promise<boolean>;
  /** The oldest first. */
  list(uid: string): Promise<Feedback[]>;
}
