import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { once } from "node:events";
import * as fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { EventType, type SequencedEvent } from "../event/event.ts";
import { streams } from "../testing/streams.ts";
import { formatComment, formatEvent, formatMessage } from "./format.ts";
import { readEvents, readMessages, resumePosition, type SseReceived } from "./reader.ts";
import { SSE_HEADERS, SseWriter, type SseWriterOptions } from "./writer.ts";

async function* chunks(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Uint8Array, void> {
  let start = 0;
  for (let index = 0; start < bytes.length; index++) {
    const size = Math.max(1, sizes[index % sizes.length] ?? bytes.length);
    yield bytes.subarray(start, start + size);
    start += size;
  }
}

async function read(text: string, sizes: readonly number[] = []): Promise<SseReceived[]> {
  const received: SseReceived[] = [];
  for await (const message of readMessages(chunks(Buffer.from(text), sizes))) received.push(message);
  return received;
}

describe("the format", () => {
  it.each([
    ["id", { id: "1\ndata: forged", data: "" }],
    ["event", { event: "a\rb", data: "" }],
    ["id", { id: "a\0b", data: "" }],
  ])("refuses a line break in %s", (field, message) => {
    expect(() => formatMessage(message)).toThrow(`server-sent events: ${field} must be one line`);
  });

  it("refuses a line break in a comment", () => {
    expect(() => formatComment("a\n\nb")).toThrow("comment must be one line");
  });

  it("reads what it writes, however the bytes are cut", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ id: fc.stringMatching(/^[^\r\n\0]*$/), data: fc.string({ unit: "grapheme" }) })),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        async (messages, sizes) => {
          const text = messages.map((message) => `${formatComment("beat")}${formatMessage(message)}`).join("");
          const received = await read(text, sizes);
          expect(received.map(({ id, data }) => ({ id, data }))).toEqual(
            messages.map(({ id, data }) => ({
              id,
              data: data.replaceAll(/\r\n?/g, "\n"),
            })),
          );
        },
      ),
    );
  });
});

describe("the reader", () => {
  it.each([
    ["LF", "id: 1\ndata: a\n\ndata: b\n\n"],
    ["CR", "id: 1\rdata: a\r\rdata: b\r\r"],
    ["CRLF", "id: 1\r\ndata: a\r\n\r\ndata: b\r\n\r\n"],
    ["a byte order mark", "\uFEFFid: 1\ndata: a\n\ndata: b\n\n"],
    ["no space after the colon", "id:1\ndata:a\n\n:comment\nunknown: x\ndata:b\n\n"],
  ])("understands %s", async (_name, text) => {
    const expected = [
      { id: "1", data: "a", event: "message" },
      { id: "1", data: "b", event: "message" },
    ];
    for (const sizes of [[], [1], [2], [3, 1]]) expect(await read(text, sizes)).toEqual(expected);
  });

  it("drops a last message that was cut off", async () => {
    expect(await read("data: a\n\ndata: b")).toHaveLength(1);
  });

  it("refuses a message without end", async () => {
    const bytes = chunks(Buffer.from(`data: ${"x".repeat(5000)}`), [100]);
    await expect(readMessages(bytes, { maxLength: 1000 }).next()).rejects.toThrow("longer than 1000 characters");
  });

  it.each(["data: {}\n\n", "id: x\ndata: {}\n\n", "id: 1\ndata: {\n\n", 'id: 1\ndata: {"type":"NEW"}\n\n'])(
    "refuses %j as a numbered event",
    async (text) => {
      await expect(readEvents(chunks(Buffer.from(text), [])).next()).rejects.toMatchObject({ code: "INVALID_EVENT" });
    },
  );

  it.each([
    ["7", "3", 7],
    [undefined, "3", 3],
    ["abc", "3", 3],
    ["-1", undefined, undefined],
  ])("resumes after Last-Event-ID %s, after=%s → %s", (id, after, expected) => {
    expect(resumePosition(id, after)).toBe(expected);
  });
});

describe("the writer, over a real connection", () => {
  const cleanups: (() => void)[] = [];
  afterEach(() => {
    for (const cleanup of cleanups.splice(0)) cleanup();
  });

  async function connect(
    serve: (writer: SseWriter) => void,
    options: SseWriterOptions = {},
  ): Promise<{ response: Response; writer: SseWriter; abort: AbortController }> {
    const server = createServer((_request: IncomingMessage, response: ServerResponse) => {
      response.writeHead(200, SSE_HEADERS);
      const writer = new SseWriter(response, options);
      serve(writer);
      server.emit("writer", writer);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const abort = new AbortController();
    cleanups.push(() => {
      abort.abort();
      server.closeAllConnections();
      server.close();
    });
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const made: Promise<[SseWriter]> = once(server, "writer") as Promise<[SseWriter]>;
    const response = await fetch(`http://127.0.0.1:${port}/`, { signal: abort.signal });
    const [writer] = await made;
    return { response, writer, abort };
  }

  const body = (response: Response): AsyncIterable<Uint8Array> => {
    if (response.body === null) throw new TypeError("no body");
    return response.body;
  };

  it("delivers any stream unchanged", async () => {
    const samples = fc.sample(streams, 20);
    for (const events of samples) {
      const { response } = await connect((writer) => {
        for (const entry of events) writer.send([entry]);
        writer.end();
      });
      const received: SequencedEvent[] = [];
      for await (const entry of readEvents(body(response))) received.push(entry);
      expect(received).toEqual(events);
    }
  });

  it("gathers what comes within one frame into one write", async () => {
    const writes: string[] = [];
    const sink = {
      write: (chunk: string) => writes.push(chunk) > 0,
      end: () => undefined,
      destroy: () => undefined,
      once: () => undefined,
      writableLength: 0,
      destroyed: false,
    };
    const writer = new SseWriter(sink, { frame: 20 });
    const event = (seq: number): SequencedEvent => ({ seq, event: { type: EventType.CUSTOM, name: "n", value: seq } });
    writer.send([event(1)]);
    expect(writes).toEqual([formatEvent(event(1))]);
    for (let seq = 2; seq <= 50; seq++) writer.send([event(seq)]);
    expect(writes).toHaveLength(1);
    await expect.poll(() => writes.length).toBe(2);
    expect(writes[1]).toContain("id: 50\n");
    writer.end();
  });

  it("sends a comment when nothing else was sent for a while", async () => {
    const { response } = await connect(() => undefined, { heartbeat: 20 });
    const first = await body(response)[Symbol.asyncIterator]().next();
    expect(Buffer.from(first.value ?? []).toString()).toBe(": \n\n");
  });

  it("cuts a client off that leaves more than the limit unread", async () => {
    const { writer } = await connect(() => undefined, { backlogLimit: 100_000, frame: 0 });
    const value = "x".repeat(50_000);
    // The kernel's socket buffers take some megabytes before node has to hold anything.
    for (let seq = 1; seq < 500 && !writer.closed.aborted; seq++)
      writer.send([{ seq, event: { type: EventType.CUSTOM, name: "n", value } }]);
    expect(writer.cutOff).toBe(true);
  });

  it("never cuts off a slow client when its producer waits", async () => {
    const { response } = await connect(
      (writer) =>
        void (async () => {
          const value = "x".repeat(50_000);
          for (let seq = 1; seq <= 200; seq++) {
            writer.send([{ seq, event: { type: EventType.CUSTOM, name: "n", value } }]);
            await writer.drained();
          }
          writer.end();
        })(),
      { backlogLimit: 100_000 },
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    let count = 0;
    for await (const entry of readEvents(body(response))) count = entry.seq;
    expect(count).toBe(200);
  });

  it("notices a client that has gone", async () => {
    const { writer, abort } = await connect(() => undefined);
    abort.abort();
    await expect.poll(() => writer.closed.aborted).toBe(true);
    expect(writer.cutOff).toBe(false);
  });
});
