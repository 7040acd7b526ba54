import { describe, expect, it } from "vitest";
import { reduceThread } from "../thread/reduce/index.ts";
import { emptyThread } from "../thread/thread-state.ts";
import { tenseOf, toolStatus } from "./tool-status.ts";

const call = [
  { type: "RUN_STARTED", runId: "1" },
  { type: "TOOL_CALL_START", toolCallId: "c", toolCallName: "Bash" },
  { type: "TOOL_CALL_END", toolCallId: "c" },
];
const asks = {
  type: "RUN_FINISHED",
  outcome: { type: "interrupt", interrupts: [{ id: "i", reason: "tool_approval", toolCallId: "c" }] },
};
const answer = (status: string, payload?: object) => ({
  type: "RUN_STARTED",
  runId: "2",
  input: { resume: [{ interruptId: "i", status, payload }] },
});
const result = (isError: boolean) => ({
  type: "TOOL_CALL_RESULT",
  toolCallId: "c",
  content: "x",
  metadata: { isError },
});

function statusAfter(...events: { type: string }[]) {
  const state = events.reduce((next, event, index) => reduceThread(next, event, index + 1), emptyThread());
  const [entry] = [...state.entries].filter((item) => item.kind === "tool");
  if (entry === undefined) throw new Error("there is no call");
  return toolStatus(state, entry);
}

describe("toolStatus", () => {
  it("is running while it has no result and its run goes on", () => expect(statusAfter(...call)).toBe("running"));
  it("waits while the agent asks about it", () => expect(statusAfter(...call, asks)).toBe("waiting"));
  it("runs once it is allowed, and is done with its result", () => {
    const allowed = [...call, asks, answer("resolved", { decision: "allow_once" })];
    expect(statusAfter(...allowed)).toBe("running");
    expect(statusAfter(...allowed, result(false))).toBe("done");
    expect(statusAfter(...allowed, result(true))).toBe("failed");
  });
  it("is denied, also when the agent calls the refusal an error", () => {
    const denied = [...call, asks, answer("resolved", { decision: "deny" })];
    expect(statusAfter(...denied)).toBe("denied");
    expect(statusAfter(...denied, result(true))).toBe("denied");
  });
  it("has no answer when the conversation went on without one, or its run ended without a result", () => {
    expect(statusAfter(...call, asks, answer("cancelled"))).toBe("unanswered");
    expect(statusAfter(...call, { type: "RUN_FINISHED" })).toBe("unanswered");
  });
  it("is spoken of in the past only when it ran", () => {
    expect((["waiting", "denied", "unanswered"] as const).map(tenseOf)).toEqual(["wish", "wish", "wish"]);
    expect(tenseOf("failed")).toBe("past");
  });
});
