// The provider's own SDK is the judge of the wire.
import Anthropic, { APIError } from "@anthropic-ai/sdk";
import { afterEach, describe, expect, it } from "vitest";
import type { ModelSimulator, ScriptSource } from "../src/index.ts";
import { parseScript, startModelSimulator } from "../src/index.ts";

let simulator: ModelSimulator | undefined;
afterEach(async () => {
  await simulator?.stop();
  simulator = undefined;
});

async function start(rules: ScriptSource["rules"], apiKeys?: string[]): Promise<Anthropic> {
  simulator = await startModelSimulator({ script: parseScript({ rules }), ...(apiKeys ? { apiKeys } : {}) });
  return new Anthropic({ baseURL: simulator.url, apiKey: "key-1", maxRetries: 0 });
}

const ASK = { model: "claude-sonnet-5-5", max_tokens: 1000, messages: [{ role: "user" as const, content: "hi" }] };

describe("Anthropic's Messages API", () => {
  it("streams thinking, text and parallel tools, and adds up to the same message as the plain answer", async () => {
    const blocks = [
      { thinking: "let me see", chunk: 3 },
      { text: "naïve 👩‍👩‍👧 café", chunk: 1 },
      { tool: "Bash", input: { command: 'echo "ü\n"', nested: { list: [1, null] } }, id: "toolu_a", chunk: 2 },
      { tool: "Read", input: {}, id: "toolu_b" },
    ];
    const usage = { inputTokens: 7, cacheReadTokens: 5, cacheWriteTokens: 3, outputTokens: 11 };
    const client = await start([{ steps: [{ blocks, usage }] }]);
    const streamed = await client.messages.stream(ASK).finalMessage();
    const plain = await client.messages.create(ASK);
    for (const message of [streamed, plain]) {
      expect(message.stop_reason).toBe("tool_use");
      expect(message.usage).toMatchObject({
        input_tokens: 7,
        cache_read_input_tokens: 5,
        cache_creation_input_tokens: 3,
        output_tokens: 11,
      });
      expect(message.content).toMatchObject([
        { type: "thinking", thinking: "let me see", signature: expect.stringMatching(/.{20}/) },
        { type: "text", text: "naïve 👩‍👩‍👧 café" },
        { type: "tool_use", id: "toolu_a", name: "Bash", input: blocks[2]?.input },
        { type: "tool_use", id: "toolu_b", name: "Read", input: {} },
      ]);
    }
  });

  it("sends every kind of stream event, in order", async () => {
    const client = await start([{ steps: [[{ thinking: "t" }, { text: "x" }]] }]);
    const kinds: string[] = [];
    for await (const event of await client.messages.create({ ...ASK, stream: true })) {
      kinds.push(event.type === "content_block_delta" ? event.delta.type : event.type);
    }
    expect(kinds).toEqual([
      "message_start",
      "content_block_start",
      "thinking_delta",
      "signature_delta",
      "content_block_stop",
      "content_block_start",
      "text_delta",
      "content_block_stop",
      "message_delta",
      "message_stop",
    ]);
  });

  it.each([
    [400, "invalid_request_error"],
    [401, "authentication_error"],
    [429, "rate_limit_error"],
    [500, "api_error"],
    [529, "overloaded_error"],
  ])("reports %d as %s", async (status, type) => {
    const client = await start([{ steps: [{ error: { status, message: "on purpose", retryAfterSeconds: 3 } }] }]);
    const error: unknown = await client.messages.create(ASK).catch((caught: unknown) => caught);
    if (!(error instanceof APIError)) throw new Error("expected an APIError", { cause: error });
    expect(error.status).toBe(status);
    expect(error.error).toEqual({ type: "error", error: { type, message: "on purpose" } });
    expect(error.headers?.get("retry-after")).toBe("3");
  });

  it("reports an error after the stream has begun", async () => {
    const client = await start([{ steps: [[{ text: "so far" }, { fail: { status: 529 } }]] }]);
    await expect(client.messages.stream(ASK).finalMessage()).rejects.toThrow("overloaded_error");
  });

  it("cuts the connection in the middle", async () => {
    const client = await start([{ steps: [[{ text: "so far" }, { break: true }]] }]);
    await expect(client.messages.stream(ASK).finalMessage()).rejects.toThrow("terminated");
  });

  it("stalls until the client leaves, and notices that it left", async () => {
    const client = await start([{ steps: [[{ text: "so far" }, { pause: "forever" }, { text: "never" }]] }]);
    const stream = client.messages.stream(ASK);
    await new Promise<void>((resolve) => stream.on("text", () => resolve()));
    expect(simulator?.requests[0]?.outcome).toBe("pending");
    const ended = stream.finalMessage().catch(String);
    stream.abort();
    expect(await ended).toContain("aborted");
    await expect.poll(() => simulator?.requests[0]?.outcome).toBe("aborted");
  });

  it("keeps the pace that the script sets", async () => {
    const client = await start([{ steps: [{ blocks: [{ text: "abcd", chunk: 1 }], pace: { delay: 30 } }] }]);
    const begun = performance.now();
    const deltas: string[] = [];
    await client.messages
      .stream(ASK)
      .on("text", (delta) => deltas.push(delta))
      .finalMessage();
    expect(deltas).toEqual(["a", "b", "c", "d"]);
    expect(performance.now() - begun).toBeGreaterThan(100);
  });

  it("counts tokens and lists models", async () => {
    const client = await start([{ steps: ["x"] }]);
    expect((await client.messages.countTokens({ model: "m", messages: ASK.messages })).input_tokens).toBeGreaterThan(0);
    expect((await client.models.list()).data.map((model) => model.id)).toContain("claude-sonnet-5-5");
    expect((await client.models.retrieve("claude-other")).id).toBe("claude-other");
    expect((await fetch(`${simulator?.url}/api/hello`, { method: "HEAD" })).status).toBe(200);
  });

  it("knows its keys", async () => {
    const client = await start([{ steps: ["x"] }], ["key-2"]);
    await expect(client.messages.create(ASK)).rejects.toMatchObject({ status: 401 });
    await expect(client.withOptions({ apiKey: "key-2" }).messages.create(ASK)).resolves.toMatchObject({
      model: ASK.model,
    });
  });

  it("refuses what the provider would refuse", async () => {
    const client = await start([{ steps: ["x"] }]);
    const dangling = [
      ...ASK.messages,
      { role: "assistant" as const, content: [{ type: "tool_use" as const, id: "t1", name: "Bash", input: {} }] },
      { role: "user" as const, content: "no result" },
    ];
    await expect(client.messages.create({ ...ASK, messages: dangling })).rejects.toThrow(
      /`tool_use` ids were found without/,
    );
    await expect(client.messages.create({ ...ASK, messages: [] })).rejects.toMatchObject({ status: 400 });
  });

  it("says which prompt its script does not answer", async () => {
    const client = await start([{ when: { prompt: "only this" }, steps: ["x"] }]);
    await expect(client.messages.create(ASK)).rejects.toThrow(/has no answer to prompt 1 step 0: hi/);
  });

  it("records requests with what was understood of them", async () => {
    const client = await start([{ name: "greeting", steps: ["hello"] }]);
    await client.messages.create({ ...ASK, system: "be kind" });
    expect(simulator?.requests).toMatchObject([
      {
        method: "POST",
        url: "/v1/messages",
        rule: "greeting",
        outcome: "answered",
        conversation: { system: "be kind", model: ASK.model },
        turn: { prompt: "hi", number: 1, step: 0 },
      },
    ]);
  });
});
