/**
 * What was said in a session before its framework can remember anything: a clone that came with a history, or a session whose
 * volume was lost. It is fetched once as text, kept on the volume, and stands in the agent's prompt from then on.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import { messageOf } from "../errors.ts";
import type { TranscriptClient } from "../transcript/client.ts";

export interface FormerConversation {
  readonly text: string | undefined;
  /** True when this attempt is the first to know it. */
  readonly isNew: boolean;
}

export interface FormerConversationOptions {
  /** The platform's folder on the volume. */
  readonly folder: string;
  readonly transcript: Pick<TranscriptClient, "conversation">;
  /** Whether the transcript store has a conversation of which the volume knows nothing. */
  readonly isMissing: boolean;
  readonly logger: Logger;
}

const FILE = "former-conversation.md";
const PATIENCE_MILLISECONDS = 5_000;

export async function formerConversation(options: FormerConversationOptions): Promise<FormerConversation> {
  const { folder, transcript, isMissing, logger } = options;
  const path = join(folder, FILE);
  if (!isMissing) return { text: await readFile(path, "utf8").catch(() => undefined), isNew: false };
  try {
    const text = await transcript.conversation(AbortSignal.timeout(PATIENCE_MILLISECONDS));
    if (text === "") return { text: undefined, isNew: false };
    await writeFile(path, text, { mode: 0o600 });
    return { text, isNew: true };
  } catch (error) {
    logger.warn({ reason: messageOf(error) }, "the agent is not told of the conversation before this attempt");
    return { text: undefined, isNew: false };
  }
}
