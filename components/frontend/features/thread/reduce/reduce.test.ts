import { describe, expect, it } from "vitest";
import type { WireEvent } from "../fields.ts";
import { type Entry, type ThreadState, emptyThread } from "../thread-state.ts";
import { reduceThread } from "./index.ts";

function replay(events: WireEvent[], from: ThreadState = emptyThread()): ThreadState {
  return events.reduce((state, event) => reduceThread(state, event, state.lastSeq + 1), from);
}

const shown = (state: ThreadState): Entry[] =>
  [...state.main].flatMap((position) => {
    const entry = state.entries.get(position);
    return entry === undefined || entry.hidden ? [] : [entry];
  });

/** One line per entry of the main conversation. */
function outline(state: ThreadState): string[] {
  return shown(state).map((entry) => {
    switch (entry.kind) {
      case "user":
        return `user ${entry.parts.map((part) => (part.type === "text" ? part.text : part.type)).join()}`;
      case "text":
      case "reasoning":
        return `${entry.kind} ${entry.text}${entry.isStreaming ? "…" : ""}`;
      case "tool":
        return `tool ${entry.name ?? "?"}(${entry.argumentsText}) ${entry.phase} ${entry.result ?? "-"}`;
      case "subagent":
        return `subagent ${entry.name ?? "?"} ${entry.phase} ${entry.children.length}`;
      case "activity":
        return `activity ${JSON.stringify(entry.content)}`;
      case "interrupt":
        return `interrupt ${entry.id} ${entry.resolution?.status ?? "open"}`;
      case "run-end":
        return `run-end ${entry.outcome} ${entry.message ?? ""}`.trim();
    }
  });
}

const started = (input: object = {}): WireEvent => ({ type: "RUN_STARTED", threadId: "t", runId: "r", input });
const user = (id: string, content: unknown = id) => ({ id, role: "user", content });
const finished = (outcome: object = { type: "success" }): WireEvent => ({
  type: "RUN_FINISHED",
  threadId: "t",
  runId: "r",
  outcome,
});
const text = (messageId: string, delta: string): WireEvent => ({ type: "TEXT_MESSAGE_CONTENT", messageId, delta });
const toolStart = (toolCallId: string, toolCallName = "Bash"): WireEvent => ({
  type: "TOOL_CALL_START",
  toolCallId,
  toolCallName,
});
const result = (toolCallId: string, content: unknown = "ok"): WireEvent => ({
  type: "TOOL_CALL_RESULT",
  messageId: `m-${toolCallId}`,
  toolCallId,
  content,
});

describe("messages", () => {
  it("streams text and ends it", () => {
    const events: WireEvent[] = [
      started(),
      { type: "TEXT_MESSAGE_START", messageId: "a" },
      text("a", "Hel"),
      text("a", "lo"),
    ];
    expect(outline(replay(events))).toEqual(["text Hello…"]);
    expect(outline(replay([...events, { type: "TEXT_MESSAGE_END", messageId: "a" }]))).toEqual(["text Hello"]);
  });

  it("keeps interleaved messages and tool calls apart", () => {
    const state = replay([
      started(),
      text("a", "1"),
      toolStart("c"),
      text("b", "x"),
      text("a", "2"),
      { type: "TOOL_CALL_ARGS", toolCallId: "c", delta: "{}" },
      text("b", "y"),
    ]);
    expect(outline(state)).toEqual(["text 12…", "tool Bash({}) arguments -", "text xy…"]);
  });

  it("starts a message whose start was never seen", () => {
    expect(outline(replay([text("a", "late")]))).toEqual(["text late…"]);
  });

  it("puts the second segment of a message where it was said", () => {
    const state = replay([
      { type: "TEXT_MESSAGE_START", messageId: "a" },
      text("a", "before"),
      { type: "TEXT_MESSAGE_END", messageId: "a" },
      toolStart("c"),
      result("c"),
      { type: "TEXT_MESSAGE_START", messageId: "a" },
      text("a", "after"),
      { type: "TEXT_MESSAGE_END", messageId: "a" },
    ]);
    expect(outline(state)).toEqual(["text before", "tool Bash() done ok", "text after"]);
  });

  it("joins chunks, with and without an id", () => {
    const chunk = (fields: object): WireEvent => ({ type: "TEXT_MESSAGE_CHUNK", ...fields });
    const state = replay([
      chunk({ messageId: "a", delta: "1" }),
      chunk({ delta: "2" }),
      chunk({ messageId: "b", delta: "3" }),
      chunk({ delta: "4" }),
    ]);
    expect(outline(state)).toEqual(["text 12", "text 34…"]);
  });

  it("gathers the messages of a reasoning block", () => {
    const state = replay([
      { type: "REASONING_START", messageId: "block", timestamp: 1000 },
      { type: "REASONING_MESSAGE_START", messageId: "one", role: "reasoning" },
      { type: "REASONING_MESSAGE_CONTENT", messageId: "one", delta: "let me " },
      { type: "REASONING_MESSAGE_END", messageId: "one" },
      { type: "REASONING_MESSAGE_CONTENT", messageId: "one", delta: "think" },
      { type: "REASONING_END", messageId: "block", timestamp: 4000 },
    ]);
    expect(outline(state)).toEqual(["reasoning let me think"]);
    expect(shown(state)[0]).toMatchObject({ startedAt: 1000, endedAt: 4000 });
  });
});

describe("tool calls", () => {
  it("takes a result that comes after the run has ended", () => {
    const before = replay([started(), toolStart("c"), { type: "TOOL_CALL_END", toolCallId: "c" }, finished()]);
    expect(outline(before)).toEqual(["tool Bash() unanswered -"]);
    expect(outline(replay([result("c", "late")], before))).toEqual(["tool Bash() done late"]);
  });

  it("shows a result whose call was never seen, and names it when the start comes late", () => {
    const orphan = replay([result("c")]);
    expect(outline(orphan)).toEqual(["tool ?() done ok"]);
    expect(outline(replay([toolStart("c", "Read")], orphan))).toEqual(["tool Read() done ok"]);
  });

  it("knows a failed result by its metadata", () => {
    const state = replay([toolStart("c"), { ...result("c", "boom"), metadata: { isError: true } }]);
    expect(shown(state)[0]).toMatchObject({ isError: true });
  });

  it("reads results made of parts", () => {
    const state = replay([
      toolStart("c"),
      result("c", [
        { type: "text", text: "one" },
        { type: "image", source: { type: "data", value: "AAAA", mimeType: "image/png" } },
      ]),
    ]);
    expect(shown(state)[0]).toMatchObject({
      resultParts: [
        { type: "text", text: "one" },
        { type: "image", source: "data:image/png;base64,AAAA" },
      ],
    });
  });

  it("never points an image at another host", () => {
    const state = replay([
      toolStart("c"),
      result("c", [
        { type: "image", source: { type: "url", value: "https://tracker.example/x.png", mimeType: "image/png" } },
        { type: "image", source: { type: "data", value: "PHN2Zz4=", mimeType: "image/svg+xml" } },
      ]),
    ]);
    expect(shown(state)[0]).toMatchObject({ resultParts: [{ type: "file" }, { type: "file" }] });
  });
});

describe("runs", () => {
  it("shows the message that a run was started with, once, with its sender", () => {
    const message = { ...user("u"), metadata: { sender: { userId: "ada", displayName: "Ada" } } };
    const state = replay([started({ messages: [message] }), finished(), started({ messages: [message, user("v")] })]);
    expect(outline(state)).toEqual(["user u", "user v"]);
    expect(shown(state)[0]).toMatchObject({ sender: { userId: "ada", displayName: "Ada" } });
  });

  it("closes everything when a run fails, and says why", () => {
    const state = replay([
      started(),
      text("a", "half"),
      { type: "RUN_ERROR", message: "out of credit", code: "BILLING" },
    ]);
    expect(outline(state)).toEqual(["text half", "run-end error out of credit"]);
    expect(state.run).toBeUndefined();
    expect(state.runs.get(0)?.outcome).toBe("error");
  });

  it("tells a run that was cut off from one that failed", () => {
    const state = replay([
      started(),
      { type: "RUN_ERROR", message: "the runner went away", code: "RUNNER_INTERRUPTED" },
    ]);
    expect(outline(state)).toEqual(["run-end cut the runner went away"]);
  });

  it("closes a run that the next one overtakes", () => {
    const state = replay([started(), text("a", "half"), { ...started(), runId: "r2" }]);
    expect(outline(state)).toEqual(["text half"]);
    expect(state.runs.get(0)?.outcome).toBe("cut");
    expect(state.run?.runId).toBe("r2");
  });

  it("counts tokens and tool calls of a run", () => {
    const state = replay([
      started(),
      toolStart("c"),
      result("c"),
      {
        ...finished(),
        usage: [
          { inputTokens: 5, outputTokens: 2 },
          { inputTokens: 1, cachedInputTokens: 9 },
        ],
      },
    ]);
    expect(state.runs.get(0)).toMatchObject({
      toolCalls: 1,
      tokens: { input: 6, output: 2, cached: 9 },
      outcome: "success",
    });
  });
});

describe("interrupts", () => {
  const asked = [
    started({ messages: [user("u")] }),
    finished({
      type: "interrupt",
      interrupts: [
        { id: "q", reason: "question" },
        { id: "p", reason: "tool_approval" },
      ],
    }),
  ];

  it("stay open until a run resolves them", () => {
    const state = replay(asked);
    expect(outline(state)).toEqual(["user u", "interrupt q open", "interrupt p open"]);
    expect(state.pendingInterrupts).toHaveLength(2);
    const answered = replay(
      [
        started({
          resume: [
            { interruptId: "q", status: "resolved", payload: { answers: {} } },
            { interruptId: "p", status: "cancelled" },
          ],
        }),
      ],
      state,
    );
    expect(outline(answered)).toEqual(["user u", "interrupt q resolved", "interrupt p cancelled"]);
    expect(answered.pendingInterrupts).toEqual([]);
  });

  it("are superseded when the conversation goes on without an answer", () => {
    expect(outline(replay([...asked, started({ messages: [user("v")] })]))).toEqual([
      "user u",
      "interrupt q superseded",
      "interrupt p superseded",
      "user v",
    ]);
  });

  it("outlive a run that starts by itself", () => {
    expect(replay([...asked, started()]).pendingInterrupts).toHaveLength(2);
  });
});

describe("subagents", () => {
  /** Where each thing that was said stands: the names of the subagents around it, and the words. */
  const nesting = (state: ThreadState, positions: Iterable<number>, around: readonly string[] = []): string[] =>
    [...positions].flatMap((position) => {
      const entry = state.entries.get(position);
      if (entry?.kind === "tool") return nesting(state, entry.subagents, around);
      if (entry?.kind === "subagent") return nesting(state, entry.children, [...around, entry.name ?? "?"]);
      return entry?.kind === "text" ? [[...around, entry.text].join(" > ")] : [];
    });
  const levels = ["first", "second", "third"];

  it.each([
    ["by tool calls", true],
    ["by nodes of a graph", false],
  ])("stand inside each other at every level, started %s", (_how, byTools) => {
    const events = levels.flatMap((name, level): WireEvent[] => {
      const parent = levels[level - 1];
      const owner = parent === undefined ? {} : { subagentRunId: parent };
      const above = parent === undefined ? {} : { parentSubagentRunId: parent };
      const call = { type: "TOOL_CALL_START", toolCallId: `call-${name}`, toolCallName: "Agent", ...owner };
      const by = byTools ? { parentToolCallId: `call-${name}` } : {};
      return [
        ...(byTools ? [call] : []),
        { type: "SUBAGENT_STARTED", subagentRunId: name, name, ...above, ...by },
        { ...text(`text-${name}`, `I am ${name}`), subagentRunId: name },
      ];
    });
    const state = replay([started(), ...events]);
    expect(nesting(state, state.main)).toEqual([
      "first > I am first",
      "first > second > I am second",
      "first > second > third > I am third",
    ]);
  });

  it("hold their own messages, inside the call that started them", () => {
    const state = replay([
      started(),
      toolStart("task", "Task"),
      { type: "SUBAGENT_STARTED", subagentRunId: "s", name: "explorer", parentToolCallId: "task" },
      { ...text("a", "looking"), subagentRunId: "s" },
      text("b", "meanwhile"),
      { type: "SUBAGENT_FINISHED", subagentRunId: "s" },
    ]);
    expect(outline(state)).toEqual(["tool Task() arguments -", "text meanwhile…"]);
    const task = shown(state)[0];
    const nested = task?.kind === "tool" ? state.entries.get(task.subagents[0] ?? -1) : undefined;
    expect(nested).toMatchObject({ name: "explorer", phase: "done" });
    expect(nested?.kind === "subagent" ? nested.children.length : 0).toBe(1);
  });

  it("are made up for when their start was never seen", () => {
    expect(outline(replay([{ ...text("a", "hi"), subagentRunId: "s" }]))).toEqual(["subagent ? running 1"]);
  });

  it("survive one that claims to be its own parent", () => {
    expect(
      outline(replay([{ type: "SUBAGENT_STARTED", subagentRunId: "s", name: "x", parentSubagentRunId: "s" }])),
    ).toEqual(["subagent x running 0"]);
  });
});

describe("snapshots and state", () => {
  it("correct, add and hide messages", () => {
    const state = replay([
      started({ messages: [user("u")] }),
      text("a", "wrong"),
      text("gone", "x"),
      {
        type: "MESSAGES_SNAPSHOT",
        messages: [
          user("u"),
          {
            id: "a",
            role: "assistant",
            content: "right",
            toolCalls: [{ id: "c", type: "function", function: { name: "Read", arguments: "{}" } }],
          },
          { id: "m", role: "tool", toolCallId: "c", content: "text" },
        ],
      },
    ]);
    expect(outline(state)).toEqual(["user u", "text right…", "tool Read({}) done text"]);
  });

  it("patches shared state and activities", () => {
    const state = replay([
      { type: "STATE_SNAPSHOT", snapshot: { n: 1 } },
      { type: "STATE_DELTA", delta: [{ op: "replace", path: "/n", value: 2 }] },
      { type: "ACTIVITY_SNAPSHOT", messageId: "p", activityType: "PLAN", content: { steps: [] } },
      {
        type: "ACTIVITY_DELTA",
        messageId: "p",
        activityType: "PLAN",
        patch: [{ op: "add", path: "/steps/-", value: "one" }],
      },
    ]);
    expect(state.shared).toEqual({ n: 2 });
    expect(outline(state)).toEqual(['activity {"steps":["one"]}']);
  });
});

describe("numbering", () => {
  it("ignores what a reconnect sends again", () => {
    const events: WireEvent[] = [started(), text("a", "1"), text("a", "2"), text("a", "3")];
    const once = replay(events);
    const again = events.reduce((state, event, index) => reduceThread(state, event, index + 1), once);
    expect(again).toBe(once);
  });
});
