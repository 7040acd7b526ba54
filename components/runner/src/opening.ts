/** What a starting runner opens before it can know where the session stands. */
import { EventLog } from "@pilothouse/agui";
import type { TokenSource } from "@pilothouse/kubernetes/config/token-source";
import type { Logger } from "pino";
import type { WorkspacePaths } from "./environment.ts";
import { messageOf } from "./errors.ts";
import type { Secrets } from "./events/redaction.ts";
import type { TranscriptClient } from "./transcript/client.ts";

/** A token that was handed out is a secret from then on, also after it was rotated. */
export function watchedToken(source: TokenSource, secrets: Secrets): TokenSource {
  return {
    token: async () => {
      const token = await source.token();
      if (token !== undefined) secrets.add(token);
      return token;
    },
    invalidate: () => source.invalidate(),
  };
}

export async function openLog(paths: WorkspacePaths, logger: Logger): Promise<EventLog> {
  const log = await EventLog.open({
    directory: paths.events,
    onProblem: (error) => logger.error({ reason: messageOf(error) }, "the event log cannot be written: trying again"),
  });
  if (log.repairedBytes > 0) logger.warn({ bytes: log.repairedBytes }, "cut off a torn end of the event log");
  return log;
}

/** Up to where the store has events. A store that does not answer must not hold up the start for long. */
export async function storedPosition(transcript: TranscriptClient, logger: Logger): Promise<number | undefined> {
  try {
    return (await transcript.position(AbortSignal.timeout(3000))).lastSeq;
  } catch (error) {
    logger.warn({ reason: messageOf(error) }, "the transcript store did not answer at start");
    return undefined;
  }
}
