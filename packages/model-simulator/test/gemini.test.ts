// The provider's own SDK is the judge of the wire.
import { ApiError, GoogleGenAI } from "@google/genai";
import type { Part } from "@google/genai";
import { afterEach, describe, expect, it } from "vitest";
import type { ModelSimulator, ScriptSource } from "../src/index.ts";
import { parseScript, startModelSimulator } from "../src/index.ts";

let simulator: ModelSimulator | undefined;
afterEach(async () => {
  await simulator?.stop();
  simulator = undefined;
});

async function start(rules: ScriptSource["rules"]): Promise<GoogleGenAI> {
  simulator = await startModelSimulator({ script: parseScript({ rules }), apiKeys: ["key-1"] });
  return new GoogleGenAI({ apiKey: "key-1", httpOptions: { baseUrl: simulator.url } });
}

const USAGE = { inputTokens: 7, cacheReadTokens: 5, cacheWriteTokens: 0, outputTokens: 11 };
const ASK = { model: "gemini-2.5-pro", contents: "go" };
const TURN: ScriptSource["rules"] = [
  {
    when: { prompt: "go" },
    steps: [
      {
        blocks: [
          { thinking: "let me see" },
          { text: "naïve 👩‍👩‍👧", chunk: 2 },
          { tool: "shell", input: { command: 'echo "ü"' } },
          { tool: "read", input: { path: "x" } },
        ],
        usage: USAGE,
      },
      "it said {{result.0}} and {{result.1}}",
    ],
  },
];

describe("Gemini's generateContent", () => {
  it("streams thoughts, text and whole calls, and ends with its numbers", async () => {
    const client = await start(TURN);
    const chunks = [];
    for await (const chunk of await client.models.generateContentStream(ASK)) chunks.push(chunk);
    const parts = chunks.flatMap((chunk): Part[] => chunk.candidates?.[0]?.content?.parts ?? []);
    const spoken = parts.filter((part) => part.thought !== true).map((part) => part.text ?? "");
    expect(spoken.join("")).toBe("naïve 👩‍👩‍👧");
    expect(parts.filter((part) => part.thought).map((part) => part.text)).toEqual(["let me see"]);
    expect(parts.flatMap((part) => part.functionCall ?? [])).toMatchObject([
      { name: "shell", args: { command: 'echo "ü"' } },
      { name: "read", args: { path: "x" } },
    ]);
    expect(chunks.at(-1)?.candidates?.[0]?.finishReason).toBe("STOP");
    expect(chunks.at(-1)?.usageMetadata).toMatchObject({
      promptTokenCount: 12,
      cachedContentTokenCount: 5,
      candidatesTokenCount: 11,
    });
  });

  it("answers plainly", async () => {
    const client = await start([{ steps: [{ blocks: [{ text: "hello" }], stopReason: "max_tokens" }] }]);
    const response = await client.models.generateContent(ASK);
    expect(response.text).toBe("hello");
    expect(response.candidates?.[0]?.finishReason).toBe("MAX_TOKENS");
  });

  it("hears of the tools' results, also without ids", async () => {
    const client = await start(TURN);
    const answered = await client.models.generateContent({
      model: ASK.model,
      contents: [
        { role: "user", parts: [{ text: "go" }] },
        {
          role: "model",
          parts: [{ functionCall: { name: "shell", args: {} } }, { functionCall: { name: "read", args: {} } }],
        },
        {
          role: "user",
          parts: [
            { functionResponse: { name: "shell", response: { output: "ü" } } },
            { functionResponse: { name: "read", response: { error: "no such file" } } },
          ],
        },
      ],
    });
    expect(answered.text).toBe("it said ü and no such file");
    expect(simulator?.requests[0]?.turn?.latest).toMatchObject([
      { tool: "shell", isError: false },
      { tool: "read", isError: true },
    ]);
  });

  it("reports errors, counts tokens and knows its keys", async () => {
    const client = await start([{ steps: [{ error: { status: 400, message: "on purpose" } }] }]);
    const error: unknown = await client.models.generateContent(ASK).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 400, message: expect.stringContaining("INVALID_ARGUMENT") });
    expect((await client.models.countTokens(ASK)).totalTokens).toBeGreaterThan(0);
    const stranger = new GoogleGenAI({ apiKey: "other", httpOptions: { baseUrl: simulator?.url ?? "" } });
    await expect(stranger.models.countTokens(ASK)).rejects.toMatchObject({ status: 401 });
  });
});
