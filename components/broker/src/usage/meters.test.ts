import { describe, expect, it } from "vitest";
import { anthropic } from "../providers/anthropic.ts";
import { gemini } from "../providers/gemini.ts";
import { openai } from "../providers/openai.ts";
import type { Provider } from "../providers/provider.ts";
import type { Reading } from "./reading.ts";
import { scanner } from "./scanner.ts";

interface Case {
  readonly name: string;
  readonly provider: Provider;
  readonly path: string;
  readonly type: "text/event-stream" | "application/json";
  readonly answer: string;
  readonly complete?: boolean;
  readonly expected: Partial<Reading> | undefined;
}

const events = (...values: unknown[]): string =>
  values.map((value) => `event: x\r\ndata: ${JSON.stringify(value)}\r\n\r\n`).join("");
const begun = {
  type: "message_start",
  message: { model: "claude-x", usage: { input_tokens: 3, cache_read_input_tokens: 5, output_tokens: 1 } },
};

const CASES: readonly Case[] = [
  {
    name: "Anthropic: numbers of the start, grown at the end",
    provider: anthropic,
    path: "/v1/messages",
    type: "text/event-stream",
    answer: events(
      begun,
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "hello" } },
      { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 9, input_tokens: null } },
      { type: "message_stop" },
    ),
    expected: { model: "claude-x", freshTokens: 3, cacheReadTokens: 5, outputTokens: 9, estimated: false },
  },
  {
    name: "Anthropic: a cut stream costs what it said until then",
    provider: anthropic,
    path: "/v1/messages",
    type: "text/event-stream",
    answer: events(begun, {
      type: "content_block_delta",
      index: 0,
      delta: { type: "text_delta", text: "x".repeat(40) },
    }),
    complete: false,
    expected: { freshTokens: 3, outputTokens: 10, estimated: true },
  },
  {
    name: "Anthropic: nothing was said",
    provider: anthropic,
    path: "/v1/messages",
    type: "text/event-stream",
    answer: ": ping\n\ndata: not json\n\n",
    expected: undefined,
  },
  {
    name: "Anthropic: an answer without numbers is guessed, under its model's name",
    provider: anthropic,
    path: "/v1/messages",
    type: "text/event-stream",
    answer: events(
      { type: "message_start", message: { model: "claude-x" } },
      { type: "content_block_delta", index: 0, delta: { type: "input_json_delta", partial_json: "x".repeat(40) } },
      { type: "message_delta", delta: { stop_reason: "end_turn" } },
    ),
    expected: { model: "claude-x", freshTokens: 25, outputTokens: 10, estimated: true },
  },
  {
    name: "Anthropic: only the start said numbers",
    provider: anthropic,
    path: "/v1/messages",
    type: "text/event-stream",
    answer: events(
      begun,
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "x".repeat(40) } },
      { type: "message_delta", delta: { stop_reason: "end_turn" } },
    ),
    expected: { freshTokens: 3, cacheReadTokens: 5, outputTokens: 10, estimated: true },
  },
  {
    name: "Anthropic: a document without numbers",
    provider: anthropic,
    path: "/v1/messages",
    type: "application/json",
    answer: JSON.stringify({ type: "message", model: "claude-x", content: [{ type: "text", text: "x".repeat(40) }] }),
    expected: { model: "claude-x", freshTokens: 25, outputTokens: 17, estimated: true },
  },
  {
    name: "Gemini: an answer without numbers is guessed, under its model's name",
    provider: gemini,
    path: "/v1beta/models/gemini-x:streamGenerateContent",
    type: "text/event-stream",
    answer: events({ candidates: [{ content: { parts: [{ text: "hello" }] } }] }),
    expected: { model: "gemini-x", freshTokens: 25, estimated: true },
  },
  {
    name: "Gemini: null for a number that there is none of",
    provider: gemini,
    path: "/v1beta/models/gemini-x:generateContent",
    type: "application/json",
    answer: JSON.stringify({
      candidates: [],
      usageMetadata: { promptTokenCount: 10, cachedContentTokenCount: null, candidatesTokenCount: 3 },
    }),
    expected: { freshTokens: 10, cacheReadTokens: 0, outputTokens: 3, estimated: false },
  },
  {
    name: "Gemini: the last numbers count; thoughts are output, cached tokens are not fresh",
    provider: gemini,
    path: "/v1beta/models/gemini-x:streamGenerateContent",
    type: "text/event-stream",
    answer: events(
      { candidates: [], usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 1 } },
      {
        modelVersion: "gemini-x-001",
        usageMetadata: {
          promptTokenCount: 10,
          cachedContentTokenCount: 4,
          candidatesTokenCount: 7,
          thoughtsTokenCount: 2,
        },
      },
    ),
    expected: { model: "gemini-x-001", freshTokens: 6, cacheReadTokens: 4, outputTokens: 9, estimated: false },
  },
  {
    name: "Gemini: a stream as one JSON array",
    provider: gemini,
    path: "/v1beta/models/gemini-x:streamGenerateContent",
    type: "application/json",
    answer: JSON.stringify([{ candidates: [] }, { usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 3 } }]),
    expected: { model: "gemini-x", freshTokens: 10, outputTokens: 3 },
  },
  {
    name: "OpenAI chat: the chunk after the last choice",
    provider: openai,
    path: "/v1/chat/completions",
    type: "text/event-stream",
    answer:
      events(
        { model: "gpt-x", choices: [{ delta: { content: "hello" } }], usage: null },
        {
          model: "gpt-x",
          choices: [],
          usage: { prompt_tokens: 8, completion_tokens: 3, prompt_tokens_details: { cached_tokens: 6 } },
        },
      ) + "data: [DONE]\n\n",
    expected: { model: "gpt-x", freshTokens: 2, cacheReadTokens: 6, outputTokens: 3 },
  },
  {
    name: "OpenAI chat: a cut stream is guessed from what passed",
    provider: openai,
    path: "/v1/chat/completions",
    type: "text/event-stream",
    answer: events({ model: "gpt-x", choices: [{ delta: { content: "x".repeat(20) } }] }),
    complete: false,
    expected: { freshTokens: 25, outputTokens: 5, estimated: true },
  },
  {
    name: "OpenAI chat: an answer without numbers is guessed, calls included",
    provider: openai,
    path: "/v1/chat/completions",
    type: "text/event-stream",
    answer: events(
      { model: "gpt-x", choices: [{ delta: { content: "x".repeat(20) } }] },
      { model: "gpt-x", choices: [{ delta: { tool_calls: [{ function: { arguments: "{}" } }] } }] },
    ),
    expected: { model: "gpt-x", freshTokens: 25, outputTokens: 14, estimated: true },
  },
  {
    name: "OpenAI chat: null for a number that there is none of",
    provider: openai,
    path: "/v1/chat/completions",
    type: "application/json",
    answer: JSON.stringify({
      model: "gpt-x",
      choices: [],
      usage: { prompt_tokens: 8, completion_tokens: 3, prompt_tokens_details: { cached_tokens: null } },
    }),
    expected: { freshTokens: 8, cacheReadTokens: 0, outputTokens: 3 },
  },
  {
    name: "OpenAI chat: a value over several lines",
    provider: openai,
    path: "/v1/chat/completions",
    type: "text/event-stream",
    answer:
      'data: {"model": "gpt-x",\ndata: "choices": [],\ndata: "usage": {"prompt_tokens": 8, "completion_tokens": 3}}\n\n',
    expected: { model: "gpt-x", freshTokens: 8, outputTokens: 3 },
  },
  {
    name: "OpenAI responses: numbers of the completed response",
    provider: openai,
    path: "/v1/responses",
    type: "text/event-stream",
    answer: events(
      { type: "response.created", response: { model: "gpt-x" } },
      { type: "response.output_text.delta", delta: "hello" },
      {
        type: "response.completed",
        response: {
          model: "gpt-x",
          usage: { input_tokens: 9, output_tokens: 4, input_tokens_details: { cached_tokens: 1 } },
        },
      },
    ),
    expected: { model: "gpt-x", freshTokens: 8, cacheReadTokens: 1, outputTokens: 4 },
  },
];

describe("meters", () => {
  it.each(CASES.flatMap((one) => [1, 5, 10_000].map((cut) => ({ ...one, cut }))))(
    "$name (cut every $cut bytes)",
    ({ provider, path, type, answer, complete = true, expected, cut }) => {
      const meter = provider.meter({ path, bytes: () => 100 });
      const scan = scanner(`${type}; charset=utf-8`, (value) => meter.see(value));
      const bytes = Buffer.from(answer);
      for (let at = 0; at < bytes.length; at += cut) scan.push(bytes.subarray(at, at + cut));
      scan.end();
      const reading = meter.read(complete);
      expect(reading === undefined).toBe(expected === undefined);
      expect(reading ?? {}).toMatchObject(expected ?? {});
    },
  );
});
