// The provider's own SDK is the judge of the wire.
import OpenAI from "openai";
import { afterEach, describe, expect, it } from "vitest";
import type { ModelSimulator, ScriptSource } from "../src/index.ts";
import { parseScript, startModelSimulator } from "../src/index.ts";

let simulator: ModelSimulator | undefined;
afterEach(async () => {
  await simulator?.stop();
  simulator = undefined;
});

async function start(rules: ScriptSource["rules"]): Promise<OpenAI> {
  simulator = await startModelSimulator({ script: parseScript({ rules }) });
  return new OpenAI({ baseURL: `${simulator.url}/v1`, apiKey: "any", maxRetries: 0 });
}

const BLOCKS = [
  { thinking: "let me see" },
  { text: "naïve 👩‍👩‍👧", chunk: 1 },
  { tool: "shell", input: { command: 'echo "ü"' }, id: "call_a", chunk: 2 },
  { tool: "read", input: { path: "x" }, id: "call_b" },
];
const USAGE = { inputTokens: 7, cacheReadTokens: 5, cacheWriteTokens: 0, outputTokens: 11 };
const TURN: ScriptSource["rules"] = [
  { when: { prompt: "go" }, steps: [{ blocks: BLOCKS, usage: USAGE }, "it said {{result.0}} and {{result.1}}"] },
];

describe("OpenAI's chat completions", () => {
  const ask = { model: "gpt-5", messages: [{ role: "user" as const, content: "go" }] };
  const calls = [
    { id: "call_a", type: "function", function: { name: "shell", arguments: '{"command":"echo \\"ü\\""}' } },
    { id: "call_b", type: "function", function: { name: "read", arguments: '{"path":"x"}' } },
  ];

  it("streams to the same message as the plain answer", async () => {
    const client = await start(TURN);
    const streamed = await client.chat.completions
      .stream({ ...ask, stream_options: { include_usage: true } })
      .finalChatCompletion();
    for (const completion of [streamed, await client.chat.completions.create(ask)]) {
      expect(completion.choices[0]).toMatchObject({
        finish_reason: "tool_calls",
        message: { role: "assistant", content: "naïve 👩‍👩‍👧", tool_calls: calls },
      });
      expect(completion.usage).toMatchObject({
        prompt_tokens: 12,
        completion_tokens: 11,
        prompt_tokens_details: { cached_tokens: 5 },
      });
    }
  });

  it("says its numbers in a stream only when asked to", async () => {
    const client = await start(TURN);
    const chunks = [];
    for await (const chunk of await client.chat.completions.create({ ...ask, stream: true })) chunks.push(chunk);
    expect(chunks.filter((chunk) => chunk.usage)).toEqual([]);
  });

  it("hears of the tools' results", async () => {
    const client = await start(TURN);
    const begun = await client.chat.completions.create(ask);
    const answered = await client.chat.completions.create({
      ...ask,
      messages: [
        ...ask.messages,
        begun.choices[0]?.message ?? { role: "assistant", content: "" },
        { role: "tool", tool_call_id: "call_a", content: "ü" },
        { role: "tool", tool_call_id: "call_b", content: "file" },
      ],
    });
    expect(answered.choices[0]?.message.content).toBe("it said ü and file");
  });

  it("reports errors", async () => {
    const client = await start([{ steps: [{ error: { status: 429, message: "slow down", retryAfterSeconds: 2 } }] }]);
    await expect(client.chat.completions.create(ask)).rejects.toMatchObject({ status: 429, message: "429 slow down" });
    expect((await client.models.list()).data.map((model) => model.id)).toContain("gpt-5");
  });
});

describe("OpenAI's responses", () => {
  const ask = { model: "gpt-5", input: "go" };
  const items = [
    { type: "reasoning", summary: [{ type: "summary_text", text: "let me see" }] },
    { type: "message", role: "assistant", content: [{ type: "output_text", text: "naïve 👩‍👩‍👧" }] },
    { type: "function_call", call_id: "call_a", name: "shell", arguments: '{"command":"echo \\"ü\\""}' },
    { type: "function_call", call_id: "call_b", name: "read", arguments: '{"path":"x"}' },
  ];

  it("streams to the same response as the plain answer", async () => {
    const client = await start(TURN);
    const streamed = await client.responses.stream(ask).finalResponse();
    for (const response of [streamed, await client.responses.create(ask)]) {
      expect(response.status).toBe("completed");
      expect(response.output_text).toBe("naïve 👩‍👩‍👧");
      expect(response.output).toMatchObject(items);
      expect(response.usage).toMatchObject({
        input_tokens: 12,
        output_tokens: 11,
        input_tokens_details: { cached_tokens: 5 },
      });
    }
  });

  it("numbers its events", async () => {
    const client = await start([{ steps: ["hello"] }]);
    const seen: string[] = [];
    for await (const event of await client.responses.create({ ...ask, stream: true })) {
      expect(event.sequence_number).toBe(seen.length);
      seen.push(event.type);
    }
    expect(seen).toEqual([
      "response.created",
      "response.in_progress",
      "response.output_item.added",
      "response.content_part.added",
      "response.output_text.delta",
      "response.output_text.done",
      "response.content_part.done",
      "response.output_item.done",
      "response.completed",
    ]);
  });

  it("hears of the tools' results", async () => {
    const client = await start(TURN);
    const begun = await client.responses.create(ask);
    const answered = await client.responses.create({
      model: "gpt-5",
      input: [
        { role: "user", content: "go" },
        ...begun.output.filter((one) => one.type === "function_call"),
        { type: "function_call_output", call_id: "call_b", output: "file" },
        { type: "function_call_output", call_id: "call_a", output: "ü" },
      ],
    });
    expect(answered.output_text).toBe("it said file and ü");
  });
});
