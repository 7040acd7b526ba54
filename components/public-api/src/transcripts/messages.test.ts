import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { readConversation } from "./messages.ts";

const events = [
  {
    type: "RUN_STARTED",
    threadId: "t",
    runId: "r",
    input: {
      threadId: "t",
      runId: "r",
      messages: [{ id: "u", role: "user", content: "Grüße" }],
      tools: [],
      context: [],
      state: {},
    },
  },
  { type: "TEXT_MESSAGE_START", messageId: "m", role: "assistant" },
  { type: "TEXT_MESSAGE_CONTENT", messageId: "m", delta: "Hal" },
  { type: "TEXT_MESSAGE_CONTENT", messageId: "m", delta: "lo" },
  { type: "TEXT_MESSAGE_END", messageId: "m" },
  { type: "RUN_FINISHED", threadId: "t", runId: "r" },
];
const recording = events.map((event) => `${JSON.stringify({ at: 0, event })}\n`).join("");
/** Cut in the middle of lines and of characters. */
const chunks = (text: string, size: number): Buffer[] => {
  const bytes = Buffer.from(text);
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_part, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
};

describe("a conversation", () => {
  it.each([1, 3, 7, 100_000])("is read from pieces of %i bytes", async (size) => {
    const messages = await readConversation(Readable.from(chunks(recording, size)), 1_000_000);
    expect(messages).toMatchObject([
      { id: "u", role: "user", content: "Grüße" },
      { id: "m", role: "assistant", content: "Hallo" },
    ]);
  });

  it("leaves out what is no event", async () => {
    const odd = `not json\n{"at":0}\n{"at":0,"event":{"type":"NOT_AN_EVENT"}}\n${recording.trimEnd()}`;
    expect(await readConversation(Readable.from([Buffer.from(odd)]), 1_000_000)).toHaveLength(2);
  });

  it("that is too long is refused, and not read to its end", async () => {
    let read = 0;
    const endless = Readable.from(
      (function* () {
        for (;;) {
          read += recording.length;
          yield Buffer.from(recording);
        }
      })(),
    );
    await expect(readConversation(endless, 50_000)).rejects.toMatchObject({ code: "TRANSCRIPT_TOO_LARGE" });
    expect(read).toBeLessThan(200_000);
    expect(endless.destroyed).toBe(true);
  });
});
