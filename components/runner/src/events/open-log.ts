/** The session's event log on its volume, as an attempt or a hand-over finds it. */
import { EventLog } from "@pilothouse/agui";
import type { Logger } from "pino";
import { messageOf } from "../errors.ts";

export async function openLog(directory: string, logger: Logger): Promise<EventLog> {
  const log = await EventLog.open({
    directory,
    onProblem: (error) => logger.error({ reason: messageOf(error) }, "the event log cannot be written: trying again"),
  });
  if (log.repairedBytes > 0) logger.warn({ bytes: log.repairedBytes }, "cut off a torn end of the event log");
  return log;
}
