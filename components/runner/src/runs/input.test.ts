import { describe, expect, it } from "vitest";
import { newMessages, readRunInput } from "./input.ts";

const options = { threadId: "t", sender: { userId: "ada", displayName: "Ada" }, newId: () => "fresh" };
const user = (id: string, content = id) => ({ id, role: "user" as const, content });
const answer = (id: string) => ({ id, role: "assistant" as const, content: "ok" });
const read = (messages: readonly unknown[], seen: readonly string[] = []) =>
  newMessages(readRunInput({ messages }, options), new Set(seen), options).messages.map((message) => message.id);

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

  it("refuses a run without anything new", () => {
    expect(() => read([user("a"), answer("b")])).toThrow(expect.objectContaining({ code: "RUN_EMPTY" }));
    expect(() => read([user("a")], ["a"])).toThrow(expect.objectContaining({ code: "RUN_EMPTY" }));
  });

  it("says who sent a message, unless the backend has said so", () => {
    const input = readRunInput(
      { messages: [user("a"), { ...user("b"), metadata: { sender: { userId: "bob" } } }] },
      options,
    );
    expect(newMessages(input, new Set(), options).messages.map((message) => message.metadata)).toEqual([
      { sender: options.sender },
      { sender: { userId: "bob" } },
    ]);
  });
});
