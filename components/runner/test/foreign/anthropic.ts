/** Answers in the words of Anthropic's Messages API. */
import { gzipSync, brotliCompressSync } from "node:zlib";
import { setTimeout as sleep } from "node:timers/promises";
import { html, json, SSE, trickle, type Answer } from "./server.ts";

type Block = Record<string, unknown>;
type Delta = Record<string, unknown>;

interface Speech {
  readonly blocks?: readonly { readonly start: Block; readonly deltas?: readonly Delta[] }[];
  readonly stop?: string;
  readonly usage?: Record<string, unknown> | null;
  readonly finalUsage?: Record<string, unknown> | null;
  readonly eol?: string;
}

const USAGE = { input_tokens: 100, cache_creation_input_tokens: 20, cache_read_input_tokens: 300, output_tokens: 1 };

export const text = (words: string) => ({
  start: { type: "text", text: "" },
  deltas: [...words.matchAll(/.{1,3}/gsu)].map(([part]) => ({ type: "text_delta", text: part })),
});
export const tool = (name: string, partials: readonly string[]) => ({
  start: { type: "tool_use", id: `toolu_${Math.random().toString(36).slice(2)}`, name, input: {} },
  deltas: partials.map((partial_json) => ({ type: "input_json_delta", partial_json })),
});

export function events({ blocks = [], stop = "end_turn", usage, finalUsage, eol = "\n" }: Speech): string {
  const said: Record<string, unknown>[] = [
    {
      type: "message_start",
      message: {
        id: `msg_${Math.random().toString(36).slice(2)}`,
        type: "message",
        role: "assistant",
        model: "claude-sonnet-5-5",
        content: [],
        stop_reason: null,
        stop_sequence: null,
        ...(usage === null ? {} : { usage: usage ?? USAGE }),
      },
    },
    { type: "ping" },
  ];
  for (const [index, { start, deltas = [] }] of blocks.entries()) {
    said.push({ type: "content_block_start", index, content_block: start });
    for (const delta of deltas) said.push({ type: "content_block_delta", index, delta });
    said.push({ type: "content_block_stop", index });
  }
  said.push({
    type: "message_delta",
    delta: { stop_reason: stop, stop_sequence: null },
    ...(finalUsage === null ? {} : { usage: finalUsage ?? { output_tokens: 50 } }),
  });
  said.push({ type: "message_stop" });
  return said
    .map((event) => `event: ${String(event["type"])}${eol}data: ${JSON.stringify(event)}${eol}${eol}`)
    .join("");
}

/** As a stream or as one document, whichever was asked for. */
const speak =
  (speech: Speech): Answer =>
  async (response, { body }) => {
    if (!/"stream":\s*true/.test(body)) return json(response, 200, document(speech));
    response.writeHead(200, SSE);
    await trickle(response, events(speech), 61);
  };

function document({ blocks = [], stop = "end_turn", usage }: Speech): Record<string, unknown> {
  const content = blocks.map(({ start, deltas = [] }) => ({
    ...start,
    ...(start["type"] === "text" ? { text: deltas.map((delta) => delta["text"]).join("") } : {}),
  }));
  return {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "claude-sonnet-5-5",
    content,
    stop_reason: stop,
    stop_sequence: null,
    ...(usage === null ? {} : { usage: { ...USAGE, output_tokens: 50 } }),
  };
}

const error = (type: string) => ({ type: "error", error: { type, message: `${type} for the test` } });
/** The first answer, and what comes when it is asked again. */
const first =
  (answer: Answer, then: Answer): Answer =>
  async (response, asked) =>
    (asked.before === 0 ? answer : then)(response, asked);

const fine = speak({ blocks: [text("Alles in Ordnung ✓ 🚢")] });
export const FINE = "Alles in Ordnung ✓ 🚢";

export const ANTHROPIC: Readonly<Record<string, Answer>> = {
  fine,
  "crlf-comments": async (response) => {
    response.writeHead(200, SSE);
    const said = events({ blocks: [text(FINE)], eol: "\r\n" });
    await trickle(
      response,
      `: hello\r\n\r\n${said.replaceAll("\r\n\r\n", "\r\n\r\n: keep-alive\r\n\r\n").trimEnd()}\r\n\r\n`,
      3,
    );
  },
  gzip: (response) =>
    void response
      .writeHead(200, { ...SSE, "content-encoding": "gzip" })
      .end(gzipSync(events({ blocks: [text(FINE)] }))),
  brotli: (response) =>
    void response
      .writeHead(200, { ...SSE, "content-encoding": "br" })
      .end(brotliCompressSync(events({ blocks: [text(FINE)] }))),
  closing: (response) => {
    response.useChunkedEncodingByDefault = false;
    response.writeHead(200, { ...SSE, connection: "close" }).end(events({ blocks: [text(FINE)] }));
  },
  "overloaded-in-the-middle": first(async (response) => {
    response.writeHead(200, SSE);
    const [start = ""] = events({ blocks: [text("Half")] }).split("event: content_block_stop");
    response.write(start);
    await sleep(20);
    response.end(`event: error\ndata: ${JSON.stringify(error("overloaded_error"))}\n\n`);
  }, fine),
  thoughts: speak({
    blocks: [
      {
        start: { type: "thinking", thinking: "", signature: "" },
        deltas: [
          { type: "thinking_delta", thinking: "Hm." },
          { type: "signature_delta", signature: "c2lnbmF0dXJl" },
        ],
      },
      { start: { type: "redacted_thinking", data: "cmVkYWN0ZWQ=" } },
      text(FINE),
    ],
  }),
  "server-tool": speak({
    blocks: [
      {
        start: { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: {} },
        deltas: [{ type: "input_json_delta", partial_json: '{"query":"ships"}' }],
      },
      {
        start: {
          type: "web_search_tool_result",
          tool_use_id: "srvtoolu_1",
          content: [{ type: "web_search_result", url: "https://x.example", title: "Ships", encrypted_content: "eA==" }],
        },
      },
      text(FINE),
    ],
  }),
  refusal: speak({ blocks: [], stop: "refusal" }),
  "max-tokens": speak({ blocks: [text("Cut")], stop: "max_tokens" }),
  "pause-turn": first(speak({ blocks: [text("Wait.")], stop: "pause_turn" }), fine),
  "context-window": speak({ blocks: [text("Too much")], stop: "model_context_window_exceeded" }),
  "unknown-stop": speak({ blocks: [text(FINE)], stop: "moon_phase" }),
  empty: speak({ blocks: [] }),
  "empty-input": first(speak({ blocks: [tool("Bash", [])], stop: "tool_use" }), fine),
  "odd-json": first(
    speak({
      blocks: [tool("Bash", ["", '{"comm', 'and":"printf \\u00', "e4\\ud83d", '\\udea2","description', '":"x"}'])],
      stop: "tool_use",
    }),
    fine,
  ),
  "broken-json": first(speak({ blocks: [tool("Bash", ['{"command": "ech'])], stop: "tool_use" }), fine),
  "large-input": first(
    speak({
      blocks: [
        tool("Bash", [
          '{"description":"x","command":"printf done # ',
          ...Array.from({ length: 200 }, () => "x".repeat(1000)),
          '"}',
        ]),
      ],
      stop: "tool_use",
    }),
    fine,
  ),
  "no-usage": speak({ blocks: [text(FINE.repeat(20))], usage: null, finalUsage: null }),
  "no-final-usage": speak({ blocks: [text(FINE.repeat(20))], finalUsage: null }),
  document: (response) => json(response, 200, document({ blocks: [text(FINE)] })),
  "html-502": (response) => html(response, 502),
  "html-200": (response) => html(response, 200),
  "nothing-200": (response) => void response.writeHead(200, SSE).end(),
  "too-large": (response) => json(response, 413, error("request_too_large")),
  redirect: (response) => void response.writeHead(307, { location: "https://elsewhere.example/v1/messages" }).end(),
  "wait-a-second": first((response) => json(response, 429, error("rate_limit_error"), { "retry-after": "1" }), fine),
  "wait-until": first(
    (response) =>
      json(response, 429, error("rate_limit_error"), { "retry-after": new Date(Date.now() + 2000).toUTCString() }),
    fine,
  ),
  "wait-an-hour": (response) => json(response, 429, error("rate_limit_error"), { "retry-after": "3600" }),
  "overloaded-once": first((response) => json(response, 529, error("overloaded_error")), fine),
  "unknown-status": (response) => json(response, 418, { tea: true }),
  "cut-at-once": (response) => void response.writeHead(200, SSE).destroy(),
};
