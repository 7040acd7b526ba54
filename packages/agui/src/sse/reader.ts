/** Reads server-sent events from bytes that may be cut anywhere, as the WHATWG HTML standard's section 9.2.6 says. */
import { AguiError } from "../errors.ts";
import { parseEvent, type SequencedEvent } from "../event/event.ts";

export interface SseReceived {
  readonly data: string;
  /** The last `id` seen on this stream, which is what to resume from; empty when there was none. */
  readonly id: string;
  readonly event: string;
}

export interface SseReadOptions {
  /** Characters of one event above which the stream is refused. Default 16 Mi. */
  readonly maxLength?: number;
}

type Bytes = AsyncIterable<Uint8Array>;

/** Messages of a stream; comments are dropped, and so is a last message without its empty line. */
export async function* readMessages(bytes: Bytes, options: SseReadOptions = {}): AsyncGenerator<SseReceived, void> {
  const maxLength = options.maxLength ?? 16 * 1024 * 1024;
  let data: string[] = [];
  let length = 0;
  let id = "";
  let event = "";
  for await (const line of lines(bytes, maxLength)) {
    if (line === "") {
      if (data.length > 0) yield { data: data.join("\n"), id, event: event === "" ? "message" : event };
      data = [];
      length = 0;
      event = "";
      continue;
    }
    const colon = line.indexOf(":");
    if (colon === 0) continue;
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (field === "data") {
      length += value.length;
      if (length > maxLength) throw tooLong(maxLength);
      data.push(value);
    } else if (field === "event") event = value;
    else if (field === "id" && !value.includes("\0")) id = value;
  }
}

/**
 * AG-UI events with their numbers, from a stream whose ids are numbers.
 *
 * @throws AguiError INVALID_EVENT for data that is not an AG-UI event or has no number
 */
export async function* readEvents(bytes: Bytes, options: SseReadOptions = {}): AsyncGenerator<SequencedEvent, void> {
  for await (const message of readMessages(bytes, options)) {
    const seq = Number(message.id);
    if (!Number.isSafeInteger(seq) || seq < 1)
      throw new AguiError("INVALID_EVENT", `server-sent event with id "${message.id}": expected its number`);
    yield { seq, event: parseEvent(json(message.data)) };
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AguiError("INVALID_EVENT", "server-sent event: its data is not JSON", { cause: error });
  }
}

/** Lines end with LF, CR or CRLF; a CR at the end of a chunk may be half of a CRLF. */
async function* lines(bytes: Bytes, maxLength: number): AsyncGenerator<string, void> {
  // Drops a byte order mark, as the standard asks.
  const decoder = new TextDecoder();
  let rest = "";
  let searched = 0;
  let skipLineFeed = false;
  for await (const chunk of bytes) {
    let text = decoder.decode(chunk, { stream: true });
    if (text === "") continue;
    if (skipLineFeed && text.startsWith("\n")) text = text.slice(1);
    skipLineFeed = text.endsWith("\r") || (skipLineFeed && text === "");
    rest += text;
    let start = 0;
    const ending = /\r\n|\r|\n/g;
    ending.lastIndex = searched;
    for (let match = ending.exec(rest); match !== null; match = ending.exec(rest)) {
      yield rest.slice(start, match.index);
      start = match.index + match[0].length;
    }
    rest = rest.slice(start);
    searched = rest.length;
    if (rest.length > maxLength) throw tooLong(maxLength);
  }
}

function tooLong(maxLength: number): AguiError {
  return new AguiError("SSE_TOO_LONG", `server-sent event: longer than ${maxLength} characters`);
}

/** The number that a client has events up to: `Last-Event-ID` wins over `after`. Undefined = neither is a number. */
export function resumePosition(lastEventId: string | undefined, after: string | undefined): number | undefined {
  for (const candidate of [lastEventId, after]) {
    if (candidate !== undefined && /^\d{1,15}$/.test(candidate)) return Number(candidate);
  }
  return undefined;
}
