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
  for await (const messages of readMessageBatches(bytes, options)) yield* messages;
}

/** As {@link readMessages}, those together that came in one chunk: waiting for each costs more than the rest of reading it. */
export async function* readMessageBatches(
  bytes: Bytes,
  options: SseReadOptions = {},
): AsyncGenerator<SseReceived[], void> {
  const maxLength = options.maxLength ?? 16 * 1024 * 1024;
  // Drops a byte order mark, as the standard asks.
  const decoder = new TextDecoder();
  const splitter = new LineSplitter(maxLength);
  const assembler = new Assembler(maxLength);
  for await (const chunk of bytes) {
    const messages: SseReceived[] = [];
    splitter.push(decoder.decode(chunk, { stream: true }), (line) => {
      const message = assembler.take(line);
      if (message !== undefined) messages.push(message);
    });
    if (messages.length > 0) yield messages;
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

/** Makes messages of lines. */
class Assembler {
  readonly #maxLength: number;
  #data: string[] = [];
  #length = 0;
  #id = "";
  #event = "";

  constructor(maxLength: number) {
    this.#maxLength = maxLength;
  }

  /** @returns the message that ends with this line */
  take(line: string): SseReceived | undefined {
    if (line === "") return this.#end();
    const colon = line.indexOf(":");
    if (colon === 0) return undefined;
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (field === "data") {
      this.#length += value.length;
      if (this.#length > this.#maxLength) throw tooLong(this.#maxLength);
      this.#data.push(value);
    } else if (field === "event") this.#event = value;
    else if (field === "id" && !value.includes("\0")) this.#id = value;
    return undefined;
  }

  #end(): SseReceived | undefined {
    const data = this.#data;
    const event = this.#event === "" ? "message" : this.#event;
    this.#event = "";
    if (data.length === 0) return undefined;
    this.#data = [];
    this.#length = 0;
    return { data: data.join("\n"), id: this.#id, event };
  }
}

/** Lines end with LF, CR or CRLF; a CR at the end of a chunk may be half of a CRLF. */
class LineSplitter {
  readonly #maxLength: number;
  #rest = "";
  #searched = 0;
  #skipLineFeed = false;

  constructor(maxLength: number) {
    this.#maxLength = maxLength;
  }

  push(decoded: string, take: (line: string) => void): void {
    if (decoded === "") return;
    const text = this.#skipLineFeed && decoded.startsWith("\n") ? decoded.slice(1) : decoded;
    this.#skipLineFeed = text.endsWith("\r") || (this.#skipLineFeed && text === "");
    const all = this.#rest + text;
    let start = 0;
    const ending = /\r\n|\r|\n/g;
    ending.lastIndex = this.#searched;
    for (let match = ending.exec(all); match !== null; match = ending.exec(all)) {
      take(all.slice(start, match.index));
      start = match.index + match[0].length;
    }
    this.#rest = all.slice(start);
    this.#searched = this.#rest.length;
    if (this.#rest.length > this.#maxLength) throw tooLong(this.#maxLength);
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
