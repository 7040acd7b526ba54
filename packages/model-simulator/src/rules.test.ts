import { describe, expect, it } from "vitest";
import type { Conversation, Message } from "./conversation.ts";
import { readTurn } from "./conversation.ts";
import { parseScript } from "./load.ts";
import type { Reply } from "./reply.ts";
import type { Script } from "./script.ts";

function conversation(messages: readonly Message[], tools: readonly string[] = []): Conversation {
  return {
    wire: "anthropic",
    model: "claude-x",
    stream: true,
    thinking: false,
    system: "Primary working directory: /repo",
    messages,
    tools: tools.map((name) => ({ name, description: "", inputSchema: {} })),
  };
}

const prompt = (text: string): Message => ({ role: "user", parts: [{ type: "text", text }] });

function ask(script: Script, messages: readonly Message[], tools?: readonly string[]): Reply | undefined {
  const asked = conversation(messages, tools);
  return script.answer(asked, readTurn(asked))?.reply;
}

function spoken(reply: Reply | undefined): string | undefined {
  return reply?.kind === "message" && reply.blocks[0]?.kind === "text" ? reply.blocks[0].text : undefined;
}

describe("rules", () => {
  it("answer with the first rule whose conditions hold, ignoring case", () => {
    const script = parseScript({
      rules: [
        { when: { prompt: "HELLO" }, steps: ["hi"] },
        { when: { prompt: "/^bye$/" }, steps: ["see you"] },
        { steps: ["what?"] },
      ],
    });
    expect(spoken(ask(script, [prompt("oh hello there")]))).toBe("hi");
    expect(spoken(ask(script, [prompt("bye")]))).toBe("see you");
    expect(spoken(ask(script, [prompt("goodbye")]))).toBe("what?");
  });

  it("go from step to step as the conversation grows, and have nothing to say after the last", () => {
    const script = parseScript({
      rules: [{ when: { prompt: "go" }, steps: [[{ tool: "Bash", input: { command: "pwd" } }], "it said {{result}}"] }],
    });
    const begun = [prompt("go")];
    expect(ask(script, begun)).toMatchObject({ blocks: [{ kind: "tool", name: "Bash", input: { command: "pwd" } }] });
    const ran: Message[] = [
      ...begun,
      { role: "assistant", parts: [{ type: "tool_call", id: "1", name: "Bash", input: {} }] },
      { role: "user", parts: [{ type: "tool_result", callId: "1", text: "/repo", isError: false }] },
    ];
    expect(spoken(ask(script, ran))).toBe("it said /repo");
    const done: Message[] = [...ran, { role: "assistant", parts: [{ type: "text", text: "it said /repo" }] }];
    expect(ask(script, done)).toBeUndefined();
  });

  it("match on a tool's result and its error flag", () => {
    const script = parseScript({
      rules: [
        { when: { resultIsError: true }, steps: ["that failed"] },
        { when: { result: "/^42$/" }, steps: ["the answer"] },
        { steps: [[{ tool: "Bash", input: {} }]] },
      ],
    });
    const after = (text: string, isError: boolean): Message[] => [
      prompt("go"),
      { role: "assistant", parts: [{ type: "tool_call", id: "1", name: "Bash", input: {} }] },
      { role: "user", parts: [{ type: "tool_result", callId: "1", text, isError }] },
    ];
    expect(spoken(ask(script, after("42", false)))).toBe("the answer");
    expect(spoken(ask(script, after("42", true)))).toBe("that failed");
    expect(ask(script, after("43", false))).toBeUndefined();
  });

  it("are used up after `times` answers", () => {
    const script = parseScript({
      rules: [{ times: 2, steps: [{ error: { status: 429, retryAfterSeconds: 1 } }] }, { steps: ["now"] }],
    });
    expect(ask(script, [prompt("x")])).toMatchObject({ kind: "error", error: { status: 429 } });
    expect(ask(script, [prompt("x")])).toMatchObject({ kind: "error" });
    expect(spoken(ask(script, [prompt("x")]))).toBe("now");
  });

  it("look at model, turn and offered tools", () => {
    const script = parseScript({
      rules: [
        { when: { model: "opus" }, steps: ["opus"] },
        { when: { tools: ["Bash", "Write"] }, steps: ["can write"] },
        { when: { turn: 2 }, steps: ["again"] },
        { steps: ["first"] },
      ],
    });
    expect(spoken(ask(script, [prompt("x")]))).toBe("first");
    expect(spoken(ask(script, [prompt("x")], ["Write", "Bash"]))).toBe("can write");
    const again: Message[] = [
      prompt("x"),
      { role: "assistant", parts: [{ type: "text", text: "first" }] },
      prompt("y"),
    ];
    expect(spoken(ask(script, again))).toBe("again");
  });

  it("fill in what the conversation holds and leave other braces alone", () => {
    const script = parseScript({
      rules: [
        {
          when: { prompt: "/write (?<name>\\S+)/" },
          steps: ["{{match.name}} in {{cwd}} by {{model}}: {{prompt}} {{unknown}} {{ x.y }}"],
        },
      ],
    });
    expect(spoken(ask(script, [prompt("write a.txt")]))).toBe(
      "a.txt in /repo by claude-x: write a.txt {{unknown}} {{ x.y }}",
    );
  });

  it.each([
    [{ rules: [] }, "rules"],
    [{ rules: [{ steps: [] }] }, "steps"],
    [{ rules: [{ steps: [[{ txt: "typo" }]] }] }, "steps"],
    [{ rules: [{ when: { prompt: "/(/" }, steps: ["x"] }] }, "not a regular expression"],
    [{ rules: [{ when: { promt: "x" }, steps: ["x"] }] }, "promt"],
  ])("refuse a script that says something else: %j", (source, named) => {
    expect(() => parseScript(source, "broken.yaml")).toThrow(named);
  });
});
