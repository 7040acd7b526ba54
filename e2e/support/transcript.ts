/** Reads a session's event stream as any client would. */
import type { Installation } from "./installation.ts";

export type Numbered = { seq: number; event: { type: string; [key: string]: unknown } };

/** The events after `after` that arrive within `milliseconds`, uncompacted. */
export async function collectEvents(
  installation: Installation,
  token: string,
  project: string,
  session: string,
  after: number,
  milliseconds: number,
): Promise<Numbered[]> {
  const url = `${installation.endpoints.backend}/api/projects/${project}/agentic-sessions/${session}/agui/events?after=${after}`;
  const events: Numbered[] = [];
  const headers = { authorization: `Bearer ${token}`, accept: "text/event-stream" };
  const answer = await fetch(url, { headers, signal: AbortSignal.timeout(milliseconds) }).catch(() => undefined);
  if (answer?.status !== 200 || answer.body === null) return events;
  let text = "";
  try {
    for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) text += chunk;
  } catch {
    // The time is up: that is how a stream without an end is read.
  }
  for (const frame of text.split("\n\n")) {
    const id = /^id: ?(\d+)$/m.exec(frame)?.[1];
    const data = /^data: ?(.*)$/m.exec(frame)?.[1];
    if (id !== undefined && data !== undefined) events.push({ seq: Number(id), event: JSON.parse(data) });
  }
  return events;
}

/** All assistant text of a stream, in order. */
export function textOf(events: Numbered[]): string {
  return events
    .filter(({ event }) => event.type === "TEXT_MESSAGE_CONTENT")
    .map(({ event }) => String(event["delta"]))
    .join("");
}
