import { describe, expect, it } from "vitest";
import { reduceThread } from "../thread/reduce/index.ts";
import { emptyThread } from "../thread/thread-state.ts";
import { threadRows } from "./rows.ts";

const tool = (toolCallId: string, toolCallName: string) => ({ type: "TOOL_CALL_START", toolCallId, toolCallName });

describe("threadRows", () => {
  it("gathers neighbouring reads and searches, and nothing else", () => {
    const events = [
      tool("1", "Read"),
      tool("2", "Grep"),
      tool("3", "Bash"),
      tool("4", "Read"),
      { type: "TEXT_MESSAGE_CHUNK", messageId: "m", delta: "x" },
      tool("5", "Glob"),
    ];
    const state = events.reduce((next, event, index) => reduceThread(next, event, index + 1), emptyThread());
    expect(
      threadRows(state.entries, state.main).map(
        (row) => `${row.isGroup ? "group" : "entry"} ${row.positions.join(" ")}`,
      ),
    ).toEqual(["group 0 1", "entry 2", "group 3", "entry 4", "group 5"]);
  });

  it("leaves out what a snapshot hid", () => {
    const events = [
      { type: "TEXT_MESSAGE_CHUNK", messageId: "m", delta: "x" },
      { type: "MESSAGES_SNAPSHOT", messages: [] },
    ];
    const state = events.reduce((next, event, index) => reduceThread(next, event, index + 1), emptyThread());
    expect(threadRows(state.entries, state.main)).toEqual([]);
  });
});
