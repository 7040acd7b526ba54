import { describe, expect, it } from "vitest";
import { newMessages, readRunInput } from "./input.ts";

const options = { threadId: "t", sender: { userId: "ada", displayName: "Ada" }, newId: () => "fresh" };
const user = (id: string, content = id) => ({ id, role: "user" as const, content });
const answer = (id: string) => ({ id, role: "assistant" as const, content: "ok" });
const call = (id: string, ...calls: readonly string[]) => ({
  id,
  role: "assistant" as const,
  toolCalls: calls.map((each) => ({ id: each, type: "function", function: { name: "paint", arguments: "{}" } })),
});
const result = (id: string, toolCallId: string) => ({ id, role: "tool" as const, toolCallId, content: "done" });
const known = (seen: readonly string[] = [], owed: readonly string[] = []) => ({
  seen: new Set(seen),
  owed: new Set(owed),
});
const read = (messages: readonly unknown[], seen: readonly string[] = [], owed: readonly string[] = []) =>
  newMessages(readRunInput({ messages }, options), known(seen, owed), options).messages.map((message) => message.id);

describe("the input of a run", () => {
  it("fills in what a session knows by itself", () => {
    expect(readRunInput({ messages: [{ role: "user", content: "hi" }] }, options)).toMatchObject({
      threadId: "t",
      runId: "fresh",
      messages: [{ id: "fresh", content: "hi" }],
    });
  });

  it("takes a conversation by whatever id a client gives it", () => {
    expect(readRunInput({ threadId: "other", messages: [] }, options).threadId).toBe(options.threadId);
  });

  it.each([
    ["hello", "BODY_INVALID"],
    [[], "BODY_INVALID"],
    [{ messages: [{ role: "pirate", content: "x" }] }, "BODY_INVALID"],
    [{ runId: 7, messages: [] }, "BODY_INVALID"],
    [{ messages: "hello" }, "BODY_INVALID"],
    [{ tools: [{ name: "no spaces" }] }, "BODY_INVALID"],
    [{ tools: [{ name: "twice" }, { name: "twice" }] }, "BODY_INVALID"],
  ])("refuses %j", (body, code) => {
    expect(() => readRunInput(body, options)).toThrow(expect.objectContaining({ code }));
  });

  it.each([
    ["the only message", [user("a")], [], ["a"]],
    ["what comes after the last answer of a history", [user("a"), answer("b"), user("c"), user("d")], [], ["c", "d"]],
    ["what was not seen, after a run that gave no answer", [user("a"), user("b")], ["a"], ["b"]],
  ])("takes %s", (_name, messages, seen, expected) => {
    expect(read(messages, seen)).toEqual(expected);
  });

  it("takes what clients in other languages and of other versions send", () => {
    const input = readRunInput(
      {
        parentRunId: null,
        state: null,
        forwardedProps: null,
        resume: null,
        tools: [{ name: "paint", description: null, parameters: null }],
        context: [{ description: "page", value: { open: true } }],
        messages: [
          { id: null, role: "user", name: null, content: [{ type: "binary", mimeType: "image/png", data: "AAAA" }] },
          {
            id: "b",
            role: "user",
            content: [{ type: "binary", mimeType: "application/pdf", url: "https://x.example/a" }],
          },
        ],
      },
      options,
    );
    expect(input.messages).toEqual([
      {
        id: "fresh",
        role: "user",
        content: [{ type: "image", source: { type: "data", value: "AAAA", mimeType: "image/png" } }],
      },
      {
        id: "b",
        role: "user",
        content: [
          { type: "document", source: { type: "url", value: "https://x.example/a", mimeType: "application/pdf" } },
        ],
      },
    ]);
    expect(input.context).toEqual([{ description: "page", value: '{"open":true}' }]);
    expect(input.tools).toEqual([{ name: "paint", description: "" }]);
  });

  it.each([
    ["that the client owes", [user("a"), call("b", "x"), result("c", "x")], ["x"], ["c"]],
    ["and what the user says after it", [call("b", "x"), result("c", "x"), user("d")], ["x"], ["c", "d"]],
    ["once", [call("b", "x"), result("c", "x"), result("d", "x")], ["x"], ["c"]],
    [
      "of one call, not of one that the agent made itself",
      [call("b", "x", "y"), result("c", "x"), result("d", "y")],
      ["y"],
      ["d"],
    ],
  ])("takes a result %s", (_name, messages, owed, expected) => {
    expect(read(messages, [], owed)).toEqual(expected);
  });

  it("refuses a result that nobody waits for", () => {
    expect(() => read([user("a"), call("b", "x"), result("c", "x")])).toThrow(
      expect.objectContaining({ code: "RUN_EMPTY" }),
    );
  });

  it("refuses a run without anything new", () => {
    expect(() => read([user("a"), answer("b")])).toThrow(expect.objectContaining({ code: "RUN_EMPTY" }));
    expect(() => read([user("a")], ["a"])).toThrow(expect.objectContaining({ code: "RUN_EMPTY" }));
  });

  it("says who sent a message, unless the backend has said so", () => {
    const input = readRunInput(
      { messages: [user("a"), { ...user("b"), metadata: { sender: { userId: "bob" } } }] },
      options,
    );
    expect(newMessages(input, known(), options).messages.map((message) => message.metadata)).toEqual([
      { sender: options.sender },
      { sender: { userId: "bob" } },
    ]);
  });
});
