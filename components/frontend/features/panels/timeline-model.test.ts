import { describe, expect, it } from "vitest";
import { reduceThread } from "../thread/reduce/index.ts";
import { emptyThread } from "../thread/thread-state.ts";
import { durationOf, toolsOfRun, totalsOf } from "./timeline-model.ts";
import { toolLine } from "./timeline-tool-line.ts";

const run = (id: string, at: number, tools: readonly string[]) => [
  { type: "RUN_STARTED", threadId: "t", runId: id, timestamp: at },
  ...tools.flatMap((tool, index) => [
    { type: "TOOL_CALL_START", toolCallId: `${id}-${index}`, toolCallName: tool, timestamp: at + 10 },
    { type: "TOOL_CALL_ARGS", toolCallId: `${id}-${index}`, delta: '{"command":"npm test\\nls"}', timestamp: at + 11 },
    { type: "TOOL_CALL_END", toolCallId: `${id}-${index}`, timestamp: at + 12 },
    {
      type: "TOOL_CALL_RESULT",
      messageId: `${id}-${index}r`,
      toolCallId: `${id}-${index}`,
      content: "",
      timestamp: at + 60,
    },
  ]),
  { type: "RUN_FINISHED", threadId: "t", runId: id, timestamp: at + 100 },
];

describe("the timeline", () => {
  const events = [...run("one", 1000, ["Bash", "mcp__linear__list_issues"]), ...run("two", 5000, ["Bash"])];
  const state = events.reduce((former, event, index) => reduceThread(former, event, index + 1), emptyThread());

  it("gives each run its own calls, with their lengths", () => {
    expect(toolsOfRun(state, 0).map(({ name }) => name)).toEqual(["Bash", "mcp__linear__list_issues"]);
    expect(toolsOfRun(state, 1).map(durationOf)).toEqual([50]);
    expect(toolsOfRun(state, 2)).toEqual([]);
  });

  it("adds up what all runs took", () => {
    expect(totalsOf(state.runs)).toMatchObject({ milliseconds: 200, toolCalls: 3 });
  });

  it("says a call in one line", () => {
    const [first, second] = toolsOfRun(state, 0);
    expect(first && toolLine(first)).toEqual({ name: "Bash", target: "npm test" });
    expect(second && toolLine(second).name).toBe("linear · list_issues");
    expect(toolLine({ name: undefined, argumentsText: "[1" })).toEqual({ name: "", target: "" });
  });
});
