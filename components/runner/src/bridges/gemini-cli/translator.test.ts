import { EventType } from "@pilothouse/agui";
import { describe, expect, it } from "vitest";
import type { Told } from "./protocol.ts";
import { Translator } from "./translator.ts";

const translate = (...told: Told[]): unknown[] => {
  let id = 0;
  let now = 0;
  const translator = new Translator(
    () => `id${++id}`,
    () => (now += 10),
  );
  return told.flatMap((each) => translator.translate(each));
};
const types = (events: unknown[]): unknown[] => events.map((event) => (event as { type: unknown }).type);

describe("what Gemini CLI tells, in AG-UI", () => {
  it("gathers thoughts in one train and closes it before the answer", () => {
    const events = translate(
      { type: "thought", subject: "Plan", text: "First." },
      { type: "thought", subject: "", text: "More." },
      { type: "thought", subject: "Act", text: "" },
      { type: "text", text: "Done." },
      { type: "end", reason: "completed" },
    );
    expect(events.flatMap((event) => (event as { delta?: string }).delta ?? [])).toEqual([
      "**Plan**\n\nFirst.",
      " More.",
      "\n\n**Act**",
      "Done.",
    ]);
    expect(types(events).slice(-5)).toEqual([
      EventType.REASONING_MESSAGE_END,
      EventType.REASONING_END,
      EventType.TEXT_MESSAGE_START,
      EventType.TEXT_MESSAGE_CONTENT,
      EventType.TEXT_MESSAGE_END,
    ]);
  });

  it("hangs calls onto the message before them, and tells how long they took and what they changed", () => {
    const events = translate(
      { type: "text", text: "Editing." },
      { type: "toolCall", id: "a", name: "replace", args: { file_path: "x" } },
      { type: "toolCall", id: "b", name: "replace", args: {} },
      {
        type: "toolResult",
        id: "a",
        content: [{ type: "text", text: "ok" }],
        isError: false,
        diff: "--- x\n+++ x\n@@ -1 +1,2 @@\n-old\n+new\n+line\n\\ No newline at end of file",
      },
      { type: "toolResult", id: "b", content: [], isError: true },
    );
    expect(events.filter((event) => (event as { type: unknown }).type === EventType.TOOL_CALL_START)).toEqual([
      { type: EventType.TOOL_CALL_START, toolCallId: "a", toolCallName: "replace", parentMessageId: "id1" },
      { type: EventType.TOOL_CALL_START, toolCallId: "b", toolCallName: "replace", parentMessageId: "id1" },
    ]);
    const [first, second] = events.slice(-2);
    expect(first).toMatchObject({
      toolCallId: "a",
      content: "ok",
      metadata: {
        durationMs: 20,
        structuredPatch: [{ oldStart: 1, oldLines: 1, newStart: 1, newLines: 2 }],
      },
    });
    expect(second).toMatchObject({ toolCallId: "b", content: "", metadata: { isError: true } });
  });

  it("begins a new message when the model is asked again", () => {
    const events = translate({ type: "text", text: "Half" }, { type: "retry" }, { type: "text", text: "Whole" });
    expect(types(events)).toEqual([
      EventType.TEXT_MESSAGE_START,
      EventType.TEXT_MESSAGE_CONTENT,
      EventType.TEXT_MESSAGE_END,
      EventType.TEXT_MESSAGE_START,
      EventType.TEXT_MESSAGE_CONTENT,
    ]);
  });

  it("gives media of a result as parts", () => {
    const [result] = translate({
      type: "toolResult",
      id: "a",
      content: [
        { type: "text", text: "see" },
        { type: "media", data: "AAAA", mimeType: "image/png" },
        { type: "media", data: "BBBB", mimeType: "application/pdf" },
      ],
      isError: false,
    });
    expect(result).toMatchObject({
      content: [
        { type: "text", text: "see" },
        { type: "image", source: { type: "data", value: "AAAA", mimeType: "image/png" } },
        { type: "document", source: { type: "data", value: "BBBB", mimeType: "application/pdf" } },
      ],
    });
  });
});
