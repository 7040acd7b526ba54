import { describe, expect, it } from "vitest";
import { threadRows } from "../chat/rows.ts";
import { reduceThread } from "../thread/reduce/index.ts";
import { emptyThread } from "../thread/thread-state.ts";
import { searchThread } from "./search-thread.ts";

const text = (messageId: string, delta: string, more: object = {}) => ({
  type: "TEXT_MESSAGE_CHUNK",
  messageId,
  delta,
  ...more,
});
const tool = (toolCallId: string, toolCallName: string, args: object, content: string) => [
  { type: "TOOL_CALL_START", toolCallId, toolCallName },
  { type: "TOOL_CALL_ARGS", toolCallId, delta: JSON.stringify(args) },
  { type: "TOOL_CALL_END", toolCallId },
  { type: "TOOL_CALL_RESULT", toolCallId, content },
];

function search(query: string, ...events: { type: string }[]) {
  const state = events.reduce((next, event, index) => reduceThread(next, event, index + 1), emptyThread());
  return searchThread(state, threadRows(state.entries, state.main), query);
}

describe("searchThread", () => {
  it("finds what was said, whatever the case, in order", () => {
    const found = search("LIGHT", text("a", "The light is on"), text("b", "dark"), text("c", "lights off"));
    expect(found.map(({ row, entryKey }) => `${row} ${entryKey}`)).toEqual(["0 text:a", "2 text:c"]);
  });

  it("finds results of calls in a group, and says what must be opened", () => {
    const events = [
      ...tool("1", "Read", { file_path: "/a" }, "nothing"),
      ...tool("2", "Read", { file_path: "/b" }, "a lamp"),
    ];
    const [hit] = search("lamp", ...events);
    expect(hit).toMatchObject({ row: 0, entryKey: "tool:2" });
    expect(hit?.open).toEqual(expect.arrayContaining(["group tool:1", "tool:2"]));
  });

  it("finds what a subagent said, in the row of the call that started it", () => {
    const events = [
      text("a", "first"),
      { type: "TOOL_CALL_START", toolCallId: "t", toolCallName: "Task" },
      { type: "SUBAGENT_STARTED", subagentRunId: "s", name: "explorer", parentToolCallId: "t" },
      text("b", "a beacon", { subagentRunId: "s" }),
    ];
    expect(search("beacon", ...events)).toEqual([{ row: 1, entryKey: "text:b", open: ["subagent:s"] }]);
  });

  it("finds arguments by their words, not by their names", () => {
    const events = tool("1", "Bash", { command: 'echo "a\nb"' }, "");
    expect(search('"a', ...events)).toHaveLength(1);
    expect(search("command", ...events)).toHaveLength(0);
  });

  it("finds a call once, also when it was asked about and decided", () => {
    const input = { command: "ls harbour" };
    const interrupts = [{ id: "i", reason: "tool_approval", toolCallId: "1", metadata: { toolName: "Bash", input } }];
    const events = [
      { type: "RUN_STARTED", runId: "r" },
      ...tool("1", "Bash", input, "").slice(0, 3),
      { type: "RUN_FINISHED", outcome: { type: "interrupt", interrupts } },
    ];
    const decided = { status: "resolved", interruptId: "i", payload: { decision: "deny", message: "too far" } };
    const answered = [...events, { type: "RUN_STARTED", runId: "s", input: { resume: [decided] } }];
    expect(search("harbour", ...events)).toHaveLength(2);
    expect(search("harbour", ...answered)).toHaveLength(1);
    expect(search("too far", ...answered)).toHaveLength(1);
  });

  it("finds nothing for nothing", () => expect(search("  ", text("a", "x"))).toEqual([]));
});
