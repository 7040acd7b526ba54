/** Answers in the words of OpenAI's chat completions. */
import { gzipSync } from "node:zlib";
import { html, json, SSE, trickle, type Answer } from "./server.ts";

type Chunk = Record<string, unknown>;

export const FINE = "Alles in Ordnung ✓ 🚢";
const USAGE = {
  prompt_tokens: 400,
  completion_tokens: 50,
  total_tokens: 450,
  prompt_tokens_details: { cached_tokens: 300 },
};

const chunk = (delta: Chunk, finish: string | null = null): Chunk => ({
  id: "chatcmpl-1",
  object: "chat.completion.chunk",
  created: 1,
  model: "gpt-5",
  choices: [{ index: 0, delta, finish_reason: finish }],
});
const words = (text: string): Chunk[] => [
  chunk({ role: "assistant", content: "" }),
  ...[...text.matchAll(/.{1,5}/gsu)].map(([part]) => chunk({ content: part })),
];
const call = (name: string, ...parts: string[]): Chunk[] => [
  chunk({
    role: "assistant",
    tool_calls: [
      {
        index: 0,
        id: `call_${Math.random().toString(36).slice(2)}`,
        type: "function",
        function: { name, arguments: "" },
      },
    ],
  }),
  ...parts.map((part) => chunk({ tool_calls: [{ index: 0, function: { arguments: part } }] })),
];
const usage = (value: unknown = USAGE): Chunk => ({ ...chunk({}), choices: [], usage: value });
const sse = (chunks: readonly Chunk[], eol = "\n", done = true): string =>
  `${chunks.map((each) => `data: ${JSON.stringify(each)}${eol}${eol}`).join("")}${done ? `data: [DONE]${eol}${eol}` : ""}`;
const speak =
  (...chunks: Chunk[]): Answer =>
  async (response) => {
    response.writeHead(200, SSE);
    await trickle(response, sse(chunks), 53);
  };
const problem = (message: string, type: string, code: string | null = null) => ({
  error: { message, type, param: null, code },
});
const first =
  (answer: Answer, then: Answer): Answer =>
  async (response, asked) =>
    (asked.before === 0 ? answer : then)(response, asked);

const fine = speak(...words(FINE), chunk({}, "stop"), usage());

/** It knows chat completions alone, as most servers of this wire. */
const chatOnly =
  (answer: Answer): Answer =>
  async (response, asked) =>
    asked.path.endsWith("/chat/completions") ? answer(response, asked) : json(response, 404, { detail: "Not Found" });

const CASES: Readonly<Record<string, Answer>> = {
  fine,
  "crlf-comments": async (response) => {
    response.writeHead(200, SSE);
    await trickle(response, `: hi\r\n\r\n${sse([...words(FINE), chunk({}, "stop"), usage()], "\r\n")}`, 3);
  },
  "no-done": (response) =>
    void response.writeHead(200, SSE).end(sse([...words(FINE), chunk({}, "stop"), usage()], "\n", false).trimEnd()),
  gzip: (response) =>
    void response
      .writeHead(200, { ...SSE, "content-encoding": "gzip" })
      .end(gzipSync(sse([...words(FINE), chunk({}, "stop"), usage()]))),
  length: speak(...words("Cut"), chunk({}, "length"), usage()),
  filtered: speak(...words("Half"), chunk({}, "content_filter"), usage()),
  refusal: speak(chunk({ role: "assistant", refusal: "I will not." }), chunk({}, "stop"), usage()),
  empty: speak(chunk({ role: "assistant", content: "" }), chunk({}, "stop"), usage()),
  "odd-json": first(
    speak(...call("run_shell_command", '{"comm', 'and":"printf \\u00', 'e4"}'), chunk({}, "tool_calls"), usage()),
    fine,
  ),
  "empty-input": first(speak(...call("run_shell_command"), chunk({}, "tool_calls"), usage()), fine),
  "broken-json": first(speak(...call("run_shell_command", '{"command": "ech'), chunk({}, "tool_calls"), usage()), fine),
  "unknown-tool": first(speak(...call("no_such_tool", "{}"), chunk({}, "tool_calls"), usage()), fine),
  "no-usage": speak(...words(FINE), chunk({}, "stop")),
  "null-usage": speak(
    ...words(FINE),
    chunk({}, "stop"),
    usage({ prompt_tokens: 400, completion_tokens: 50, prompt_tokens_details: { cached_tokens: null } }),
  ),
  "html-502": (response) => html(response, 502),
  "html-200": (response) => html(response, 200),
  "nothing-200": (response) => void response.writeHead(200, SSE).end(),
  "too-large": (response) => json(response, 413, problem("too large", "invalid_request_error")),
  redirect: (response) => void response.writeHead(307, { location: "https://elsewhere.example/" }).end(),
  "error-in-stream": (response) =>
    void response
      .writeHead(200, SSE)
      .end(`${sse(words("Half"), "\n", false)}data: ${JSON.stringify(problem("boom", "server_error"))}\n\n`),
  quota: (response) =>
    json(response, 429, problem("You exceeded your current quota", "insufficient_quota", "insufficient_quota")),
  "wait-a-second": first(
    (response) => json(response, 429, problem("slow", "rate_limit"), { "retry-after": "1" }),
    fine,
  ),
  "wait-an-hour": (response) => json(response, 429, problem("slow", "rate_limit"), { "retry-after": "3600" }),
  "overloaded-once": first((response) => json(response, 503, problem("busy", "server_error")), fine),
  "unknown-status": (response) => json(response, 418, { tea: true }),
  "cut-at-once": (response) => void response.writeHead(200, SSE).destroy(),
};

export const OPENAI = Object.fromEntries(Object.entries(CASES).map(([name, answer]) => [name, chatOnly(answer)]));
