/** Answers in the words of Google's Gemini API. */
import { gzipSync } from "node:zlib";
import { html, json, SSE, trickle, type Answer } from "./server.ts";

type Chunk = Record<string, unknown>;

export const FINE = "Alles in Ordnung ✓ 🚢";
const USAGE = {
  promptTokenCount: 400,
  cachedContentTokenCount: 300,
  candidatesTokenCount: 40,
  thoughtsTokenCount: 10,
  totalTokenCount: 450,
};

const candidate = (parts: readonly unknown[], finishReason?: string): Chunk => ({
  candidates: [
    { index: 0, content: { role: "model", parts }, ...(finishReason === undefined ? {} : { finishReason }) },
  ],
  modelVersion: "gemini-2.5-pro",
});
const words = (text: string): Chunk[] => [...text.matchAll(/.{1,5}/gsu)].map(([part]) => candidate([{ text: part }]));
const ended = (reason = "STOP", usage: unknown = USAGE): Chunk => ({
  ...candidate([{ text: "" }], reason),
  ...(usage === null ? {} : { usageMetadata: usage }),
});
const call = (name: string, args: unknown): Chunk => candidate([{ functionCall: { name, args } }]);

const sse = (chunks: readonly Chunk[], eol = "\r\n"): string =>
  chunks.map((chunk) => `data: ${JSON.stringify(chunk)}${eol}${eol}`).join("");

const speak =
  (...chunks: Chunk[]): Answer =>
  async (response, { path }) => {
    if (!path.includes("stream"))
      return json(response, 200, { ...chunks[0], ...chunks.at(-1), ...candidate([{ text: FINE }], "STOP") });
    response.writeHead(200, SSE);
    await trickle(response, sse(chunks), 53);
  };
const problem = (code: number, status: string, details: readonly unknown[] = []) => ({
  error: { code, message: `${status} for the test`, status, details },
});
const first =
  (answer: Answer, then: Answer): Answer =>
  async (response, asked) =>
    (asked.before === 0 ? answer : then)(response, asked);
const retryIn = (retryDelay: string) => [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay }];

const fine = speak(...words(FINE), ended());

export const GEMINI: Readonly<Record<string, Answer>> = {
  fine,
  "lf-comments": async (response) => {
    response.writeHead(200, SSE);
    await trickle(
      response,
      `: hello\n\n${sse([...words(FINE), ended()], "\n").replaceAll("\n\n", "\n\n: still here\n\n")}`,
      3,
    );
  },
  "no-last-newline": (response) => void response.writeHead(200, SSE).end(sse([...words(FINE), ended()]).trimEnd()),
  gzip: (response) =>
    void response.writeHead(200, { ...SSE, "content-encoding": "gzip" }).end(gzipSync(sse([...words(FINE), ended()]))),
  safety: speak(ended("SAFETY")),
  "safety-after-words": speak(...words("Half"), ended("SAFETY")),
  "max-tokens": speak(...words("Cut"), ended("MAX_TOKENS")),
  "malformed-call": first(speak(ended("MALFORMED_FUNCTION_CALL")), fine),
  "unexpected-call": first(speak(ended("UNEXPECTED_TOOL_CALL")), fine),
  recitation: speak(ended("RECITATION")),
  blocked: speak({
    promptFeedback: { blockReason: "PROHIBITED_CONTENT" },
    usageMetadata: { promptTokenCount: 10, totalTokenCount: 10 },
  }),
  empty: speak(ended()),
  "no-parts": speak({
    candidates: [{ index: 0, content: { role: "model" }, finishReason: "STOP" }],
    usageMetadata: USAGE,
  }),
  thoughts: speak(
    candidate([{ text: "**Plan** Hm.", thought: true, thoughtSignature: "c2ln" }]),
    ...words(FINE),
    ended(),
  ),
  "empty-input": first(speak(call("run_shell_command", {}), ended()), fine),
  "no-args": first(speak(candidate([{ functionCall: { name: "list_directory" } }]), ended()), fine),
  "unknown-tool": first(speak(call("no_such_tool", { a: 1 }), ended()), fine),
  "large-input": first(
    speak(call("write_file", { file_path: "large.txt", content: "x".repeat(200_000) }), ended()),
    fine,
  ),
  "no-usage": speak(...words(FINE), ended("STOP", null)),
  "null-usage": speak(
    ...words(FINE),
    ended("STOP", { promptTokenCount: 400, cachedContentTokenCount: null, candidatesTokenCount: 40 }),
  ),
  array: (response) => json(response, 200, [...words(FINE), ended()]),
  "html-502": (response) => html(response, 502),
  "html-200": (response) => html(response, 200),
  "nothing-200": (response) => void response.writeHead(200, SSE).end(),
  "too-large": (response) => json(response, 413, problem(413, "INVALID_ARGUMENT")),
  redirect: (response) => void response.writeHead(307, { location: "https://elsewhere.example/" }).end(),
  "error-in-stream": (response) =>
    void response
      .writeHead(200, SSE)
      .end(`${sse(words("Half"))}data: ${JSON.stringify(problem(503, "UNAVAILABLE"))}\r\n\r\n`),
  "wait-a-second": first((response) => json(response, 429, problem(429, "RESOURCE_EXHAUSTED", retryIn("1s"))), fine),
  "wait-an-hour": (response) => json(response, 429, problem(429, "RESOURCE_EXHAUSTED", retryIn("3600s"))),
  "overloaded-once": first((response) => json(response, 503, problem(503, "UNAVAILABLE")), fine),
  "not-found": (response) => json(response, 404, problem(404, "NOT_FOUND")),
  "unknown-status": (response) => json(response, 418, { tea: true }),
  "cut-at-once": (response) => void response.writeHead(200, SSE).destroy(),
};
