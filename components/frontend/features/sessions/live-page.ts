/** A page that the server gave, brought up to date with what the stream has told since. Pure. */
import type { AgenticSession } from "@pilothouse/contracts";

/** Each session as the stream last told it, in the server's order; one that went leaves with the next page. */
export function withLive(
  items: readonly AgenticSession[],
  live: readonly AgenticSession[] | undefined,
): AgenticSession[] {
  if (live === undefined) return [...items];
  const byUid = new Map(live.map((session) => [session.metadata.uid, session]));
  return items.map((session) => byUid.get(session.metadata.uid) ?? session);
}

/** Changes exactly when a session comes, goes, is renamed, or gets into another state. */
export function listSignature(sessions: readonly AgenticSession[]): string {
  return sessions
    .map(({ metadata, spec, status }) =>
      [metadata.uid, status?.phase, status?.agent?.status, metadata.deletionTimestamp, spec.displayName].join(" "),
    )
    .toSorted()
    .join("\n");
}
