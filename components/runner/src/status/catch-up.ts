/** Brings the digest of a former attempt up to the log: its last events may not have reached the status any more. */
import type { EventLog } from "@pilothouse/agui";
import type { AgentDigest } from "@pilothouse/contracts/resources/agentic-session";
import { digestEvent, initialDigest } from "./digest.ts";

/**
 * The digest after all events of `log`. A run that ended between the last status write and the crash, or that was
 * closed because of the crash, counts: whoever waits for its end would wait for ever otherwise.
 * @param former what the session's status says; undefined when no runner has written it yet
 */
export async function caughtUpDigest(former: AgentDigest | undefined, log: EventLog): Promise<AgentDigest | undefined> {
  // What was appended just now, such as the end of a run that the crash cut off, is readable once it is written.
  await log.flush();
  const after = former?.lastSeq ?? 0;
  if (after >= log.lastSeq) return former;
  let state = initialDigest(former, false);
  for await (const batch of log.read({ after })) {
    for (const { event, seq } of batch) state = digestEvent(state, event, seq);
  }
  return state.digest;
}
