import { describe, expect, it } from "vitest";
import { readTurn, userWords } from "./conversation.ts";
import type { Conversation, Message, Part } from "./conversation.ts";

const user = (...parts: Part[]): Message => ({ role: "user", parts });
const assistant = (...parts: Part[]): Message => ({ role: "assistant", parts });
const words = (text: string): Part => ({ type: "text", text });
const call = (id: string, name: string): Part => ({ type: "tool_call", id, name, input: { of: id } });
const result = (callId: string, text: string, isError = false): Part => ({
  type: "tool_result",
  callId,
  text,
  isError,
});

function conversation(...messages: Message[]): Conversation {
  return { wire: "anthropic", model: "m", stream: true, thinking: false, system: "", messages, tools: [] };
}

describe("userWords", () => {
  it.each([
    ["<system-reminder>\nenvironment\n</system-reminder>hello", "hello"],
    ["[Request interrupted by user for tool use]", ""],
    ["Tool loaded.", ""],
    ["a < b and c > d", "a < b and c > d"],
  ])("%j → %j", (text, expected) => expect(userWords(text)).toBe(expected));
});

describe("readTurn", () => {
  it("begins at step 0 with the first prompt", () => {
    const turn = readTurn(conversation(user(words("<system-reminder>x</system-reminder>"), words("do it"))));
    expect(turn).toEqual({ prompt: "do it", number: 1, step: 0, results: [], latest: [] });
  });

  it("counts the model's replies since the prompt and pairs results with their calls", () => {
    const turn = readTurn(
      conversation(
        user(words("do it")),
        assistant(call("1", "Bash"), call("2", "Read")),
        user(result("2", "file"), result("1", "out")),
        assistant(call("3", "Write")),
        user(result("3", "denied", true)),
      ),
    );
    expect(turn.step).toBe(2);
    expect(turn.results.map((one) => [one.tool, one.text, one.input["of"]])).toEqual([
      ["Read", "file", "2"],
      ["Bash", "out", "1"],
      ["Write", "denied", "3"],
    ]);
    expect(turn.latest).toEqual([{ tool: "Write", input: { of: "3" }, text: "denied", isError: true }]);
  });

  it("takes a reply that was stored as several messages for one step", () => {
    const turn = readTurn(
      conversation(user(words("go")), assistant(words("a")), assistant(call("1", "Bash")), user(result("1", ""))),
    );
    expect(turn.step).toBe(1);
  });

  it("starts over with a new prompt", () => {
    const turn = readTurn(conversation(user(words("one")), assistant(words("ok")), user(words("two"))));
    expect(turn).toMatchObject({ prompt: "two", number: 2, step: 0 });
  });

  it("takes a framework's note beside a result for no prompt", () => {
    const turn = readTurn(
      conversation(
        user(words("one")),
        assistant(call("1", "ToolSearch")),
        user(result("1", "ok"), words("Some note.")),
      ),
    );
    expect(turn).toMatchObject({ prompt: "one", number: 1, step: 1 });
  });

  it("takes words beside an interrupted tool's result for the next prompt", () => {
    const turn = readTurn(
      conversation(
        user(words("one")),
        assistant(call("1", "Bash")),
        user(result("1", "interrupted", true), words("[Request interrupted by user for tool use]"), words("two")),
      ),
    );
    expect(turn).toMatchObject({ prompt: "two", number: 2, step: 0, results: [] });
  });

  it("pairs results without ids by the tool's name", () => {
    const turn = readTurn(
      conversation(
        user(words("go")),
        assistant(call("a", "read"), call("b", "shell")),
        user(
          { type: "tool_result", callId: "", name: "shell", text: "s", isError: false },
          { type: "tool_result", callId: "", name: "read", text: "r", isError: false },
        ),
      ),
    );
    expect(turn.latest.map((one) => [one.tool, one.input["of"]])).toEqual([
      ["shell", "b"],
      ["read", "a"],
    ]);
  });
});
