import { AIMessage, HumanMessage, ToolMessage } from "@langchain/core/messages";
import { describe, expect, it } from "vitest";
import { stopOf } from "../chunks.ts";
import { lacksResponses } from "../models.ts";
import { failureOf } from "../outcome.ts";
import { withFreshIds } from "./fresh-ids.ts";
import { permissionFor } from "./permissions.ts";
import { repairOf } from "./unfinished.ts";

const call = (id: string) => ({ id, name: "tool", args: {} });
const cut = { said: "", note: "Cut off." };

describe("ids of a conversation", () => {
  it("of messages are ours, of calls the provider's", () => {
    const fresh = withFreshIds(new AIMessage({ id: "m", content: "hi", tool_calls: [call("a")] }), [], (id) => id);
    expect(fresh.id).not.toBe("m");
    expect(fresh.tool_calls?.[0]?.id).toBe("a");
  });

  it("of calls are ours when the provider uses one again, in every place of the message", () => {
    const before = [new AIMessage({ content: "", tool_calls: [call("a")] })];
    const content = [{ type: "tool_use", id: "a", name: "tool", input: {} }];
    const fresh = withFreshIds(new AIMessage({ content, tool_calls: [call("a")] }), before, () => "told");
    expect(fresh.tool_calls?.[0]?.id).toBe("told");
    expect(fresh.content).toEqual([{ ...content[0], id: "told" }]);
    const unknown = withFreshIds(new AIMessage({ content, tool_calls: [call("a")] }), before, (id) => id);
    expect(unknown.tool_calls?.[0]?.id).not.toBe("a");
  });
});

describe("a server that speaks the older of OpenAI's interfaces alone", () => {
  const answered = (status: number, message: string) => Object.assign(new Error(message), { status });
  it.each([
    [answered(404, "404 Not Found"), true],
    [answered(405, "405 status code (no body)"), true],
    [answered(404, "404 The model `gpt-x` does not exist"), false],
    [answered(400, "400 bad"), false],
    [new Error("Not Found"), false],
  ])("is known by %s: %s", (error, expected) => {
    expect(lacksResponses(error)).toBe(expected);
  });
});

describe("a conversation that was cut off", () => {
  it("is whole already when it ended with an answer", () => {
    expect(repairOf([new HumanMessage("hi"), new AIMessage("hello")], [], cut).messages).toEqual([]);
  });

  it("gets a result for every open call, the real one where there is one", () => {
    const history = [new HumanMessage("hi"), new AIMessage({ content: "", tool_calls: [call("a"), call("b")] })];
    const done = new ToolMessage({ tool_call_id: "a", content: "done" });
    const { messages, reported } = repairOf(history, [done], cut);
    expect(messages.slice(0, 2).map((one) => one.content)).toEqual(["done", expect.stringContaining("Cut off.")]);
    expect(reported.map((one) => one.tool_call_id)).toEqual(["b"]);
    expect(messages[2]?.content).toBe("[Cut off.]");
  });

  it("gets what was said of the answer", () => {
    const { messages } = repairOf([new HumanMessage("hi")], [], { said: "Half a", note: "Cut off." });
    expect(messages.map((one) => one.content)).toEqual(["Half a\n\n[Cut off.]"]);
  });
});

describe("permissions", () => {
  it.each([
    ["bypass", "free", "free"],
    ["acceptEdits", "free", "ask"],
    ["ask", "ask", "ask"],
    ["plan", "refuse", "refuse"],
  ] as const)("%s: edits %s, commands %s, reading free", (mode, edits, commands) => {
    expect(
      ["write_file", "replace", "run_shell_command", "read_file"].map((tool) => permissionFor(mode, tool)),
    ).toEqual([edits, edits, commands, "free"]);
  });
});

/** As the providers' clients throw it in the middle of a stream, where there is no status any more. */
class APIError extends Error {
  readonly error: unknown;

  constructor(error: unknown) {
    super("in the stream");
    this.error = error;
  }
}

describe("a failure", () => {
  const failed = (fields: Record<string, unknown>, message = "words") => Object.assign(new Error(message), fields);
  it.each([
    [failed({ status: 429 }), "MODEL_RATE_LIMITED"],
    [failed({ statusCode: 503 }), "MODEL_OVERLOADED"],
    [failed({ status: 400 }, "API key not valid"), "MODEL_AUTHENTICATION_FAILED"],
    [new Error("outer", { cause: failed({ status: 404 }) }), "MODEL_NOT_FOUND"],
    [new TypeError("terminated"), "MODEL_ERROR"],
    [new Error("Received empty response from chat model call."), "MODEL_ERROR"],
    [new TypeError("Cannot read properties of undefined (reading 'usage')"), "MODEL_ERROR"],
    [new APIError({ type: "error", error: { type: "overloaded_error" } }), "MODEL_OVERLOADED"],
    [new APIError({ message: "boom" }), "MODEL_ERROR"],
    [new Error("no idea"), "AGENT_ERROR"],
  ])("%s is %s", (error, code) => {
    expect(failureOf(error).code).toBe(code);
  });

  it("says the provider's own sentence", () => {
    const message = '429 {"type":"error","error":{"message":"too many"}}\n\nTroubleshooting URL: https://x.example/y\n';
    expect(failureOf(failed({ status: 429 }, message)).message).toBe("too many");
  });
});

describe("why a message ended", () => {
  it.each([
    [{ stop_reason: "refusal" }, "refusal"],
    [{ finish_reason: "length" }, "length"],
    [{ finishReason: "SAFETY" }, "SAFETY"],
    [{ status: "incomplete", incomplete_details: { reason: "max_output_tokens" } }, "max_output_tokens"],
    [{ incomplete_details: null }, undefined],
    [undefined, undefined],
  ])("stands in %j", (metadata, expected) => {
    expect(stopOf(metadata)).toBe(expected);
  });
});
