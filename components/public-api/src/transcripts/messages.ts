/** The conversation of a session, from the recording that the backend exports. */
import type { Readable } from "node:stream";
import { parseEvent, toMessages, type SequencedEvent } from "@pilothouse/agui";
import { z } from "zod";
import { GatewayError } from "../errors/gateway-error.ts";

/** A message of AG-UI. Its fields depend on its role. */
export const TranscriptMessage = z
  .looseObject({ id: z.string(), role: z.string() })
  .describe("A message of AG-UI: content, and toolCalls of an assistant, toolCallId of a tool")
  .meta({ id: "TranscriptMessage" });

export const Transcript = z
  .object({ id: z.string().describe("The session's id"), messages: z.array(TranscriptMessage) })
  .meta({ id: "Transcript" });

const Line = z.object({ event: z.unknown() });

/**
 * @param limit bytes of the recording that are taken in at most
 * @throws GatewayError TRANSCRIPT_TOO_LARGE
 */
export async function readConversation(recording: Readable, limit: number): Promise<ReturnType<typeof toMessages>> {
  const events: SequencedEvent[] = [];
  for await (const line of lines(recording, limit)) {
    const event = eventOf(line);
    if (event !== undefined) events.push({ seq: events.length + 1, event });
  }
  return toMessages(events);
}

async function* lines(recording: Readable, limit: number): AsyncGenerator<string, void> {
  let length = 0;
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of recording as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limit) {
      recording.destroy();
      throw new GatewayError(
        "TRANSCRIPT_TOO_LARGE",
        `the transcript is longer than ${limit} bytes of events: fetch it with format=events`,
      );
    }
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
  if (rest !== "") yield rest;
}

/** What is no AG-UI event has no place in a conversation. */
function eventOf(line: string): SequencedEvent["event"] | undefined {
  try {
    return parseEvent(Line.parse(JSON.parse(line)).event);
  } catch {
    return undefined;
  }
}
