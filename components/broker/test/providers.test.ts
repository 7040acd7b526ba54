/** Gemini and OpenAI through the broker, judged by the providers' own SDKs. */
import { GoogleGenAI } from "@google/genai";
import { parseScript, startModelSimulator } from "@pilothouse/model-simulator";
import type { ModelSimulator } from "@pilothouse/model-simulator";
import OpenAI from "openai";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TestBroker } from "./harness.ts";
import { startTestBroker, TOKEN } from "./harness.ts";

const KEYS = { GOOGLE_API_KEY: "google-canary-key", OPENAI_API_KEY: "openai-canary-key" };
const USAGE = { inputTokens: 1000, cacheReadTokens: 200, cacheWriteTokens: 0, outputTokens: 50 };
const COUNTED = { inputTokens: 1200, cachedTokens: 200, outputTokens: 50 };

let simulator: ModelSimulator;
beforeEach(async () => {
  simulator = await startModelSimulator({
    apiKeys: Object.values(KEYS),
    script: parseScript({ rules: [{ steps: [{ blocks: [{ text: "hello there", chunk: 2 }], usage: USAGE }] }] }),
  });
});
afterEach(() => simulator.stop());

function start(environment: Record<string, string> = {}, secrets: Record<string, string> = KEYS): Promise<TestBroker> {
  const upstreams = { GEMINI_UPSTREAM_URL: simulator.url, OPENAI_UPSTREAM_URL: simulator.url };
  return startTestBroker({ ...upstreams, ...environment }, secrets);
}

async function usage(broker: TestBroker): Promise<unknown> {
  return (await broker.get("/usage")).json();
}

describe("the OpenAI proxy", () => {
  const ask = { model: "gpt-5", messages: [{ role: "user" as const, content: "hi" }] };
  const client = (broker: TestBroker): OpenAI =>
    new OpenAI({ baseURL: `${broker.url}/openai/v1`, apiKey: TOKEN, maxRetries: 0 });

  it("counts a stream whose client did not ask for numbers", async () => {
    await using broker = await start();
    let text = "";
    for await (const chunk of await client(broker).chat.completions.create({ ...ask, stream: true })) {
      text += chunk.choices[0]?.delta.content ?? "";
    }
    expect(text).toBe("hello there");
    expect(await usage(broker)).toMatchObject({ requests: 1, totals: COUNTED, byModel: { "gpt-5": COUNTED } });
    expect(simulator.requests[0]?.headers.authorization).toBe(`Bearer ${KEYS.OPENAI_API_KEY}`);
  });

  it("counts plain answers and responses", async () => {
    await using broker = await start();
    await client(broker).chat.completions.create(ask);
    await client(broker).responses.create({ model: "gpt-5", input: "hi" });
    await client(broker).responses.stream({ model: "gpt-5", input: "hi" }).finalResponse();
    expect(await usage(broker)).toMatchObject({ requests: 3, totals: { inputTokens: 3600, outputTokens: 150 } });
  });

  it("says no in OpenAI's shape", async () => {
    await using broker = await start({ PILOTHOUSE_BUDGET: '{"maxTurns":1}', PILOTHOUSE_SPENT: '{"turns":1}' });
    await expect(client(broker).chat.completions.create(ask)).rejects.toMatchObject({
      status: 400,
      type: "invalid_request_error",
      message: expect.stringContaining("The budget of this session is used up"),
    });
    await expect(client(broker).files.list()).rejects.toMatchObject({ status: 403 });
    expect(simulator.requests).toHaveLength(0);
  });
});

describe("the Gemini proxy", () => {
  const ask = { model: "gemini-2.5-pro", contents: "hi" };
  const client = (broker: TestBroker): GoogleGenAI =>
    new GoogleGenAI({ apiKey: TOKEN, httpOptions: { baseUrl: `${broker.url}/gemini` } });

  it("counts streams and plain answers, with either key", async () => {
    await using broker = await start();
    let text = "";
    for await (const chunk of await client(broker).models.generateContentStream(ask)) text += chunk.text ?? "";
    expect(text).toBe("hello there");
    await client(broker).models.generateContent(ask);
    expect(await usage(broker)).toMatchObject({
      requests: 2,
      totals: { inputTokens: 2400, outputTokens: 100, cachedTokens: 400 },
    });
    expect(simulator.requests[0]?.headers["x-goog-api-key"]).toBe(KEYS.GOOGLE_API_KEY);
  });

  it("says no in Gemini's shape", async () => {
    await using broker = await start({ GEMINI_UPSTREAM_URL: "https://generativelanguage.googleapis.com" }, {});
    await expect(client(broker).models.generateContent(ask)).rejects.toMatchObject({
      status: 401,
      message: expect.stringContaining("GEMINI_API_KEY or GOOGLE_API_KEY is not set in project team-a"),
    });
  });
});
