/** A list of sessions as server-sent changes, so that no page polls. */
import type { SessionListEvent, SessionListQuery } from "@pilothouse/contracts";
import type { SseWriter } from "@pilothouse/agui";
import { translate } from "../errors/translate.ts";
import type { Caller } from "../identity/identity.ts";
import { agenticSessions } from "../kubernetes/resources.ts";
import { follow } from "../kubernetes/follow.ts";
import type { TranscriptMatches } from "../search/transcripts.ts";
import type { Retention } from "../transcripts/retention.ts";
import { matcher, searcher } from "./list.ts";
import { present } from "./present.ts";

export interface ListStream {
  readonly caller: Caller;
  readonly project: string;
  readonly query: SessionListQuery;
  /** What `search` finds in transcripts. */
  readonly said: TranscriptMatches;
  readonly retention: Retention;
  readonly writer: SseWriter;
}

/** Resolves when the client has gone, or may no longer see the list (a last event `error` says so). */
export async function streamSessions({ caller, project, query, said, retention, writer }: ListStream): Promise<void> {
  const matches = matcher(query);
  const found = searcher(query.search);
  const shown = new Set<string>();
  const send = (event: SessionListEvent): void =>
    writer.sendMessage({ event: event.type, data: JSON.stringify(event) });
  const selection = { namespace: project, ...(query.label === undefined ? {} : { labelSelector: query.label }) };
  try {
    for await (const change of follow(caller.kubernetes, agenticSessions, selection, writer.closed)) {
      if (change.type === "synced") {
        send({ type: "synced" });
        continue;
      }
      const { object } = change;
      if (change.type === "present") await retention.see([object]);
      const { name, uid } = object.metadata;
      if (change.type === "present" && matches(object) && (found(object) || (await said.hasNow(object)))) {
        send({ type: shown.has(uid) ? "modified" : "added", session: present(object) });
        shown.add(uid);
      } else if (shown.delete(uid)) {
        send({ type: "deleted", name, uid });
      }
      await writer.drained();
    }
  } catch (error) {
    const { code, message } = translate(error);
    writer.sendMessage({ event: "error", data: JSON.stringify({ error: message, code }) });
  }
  writer.end();
}
