/** OpenAI's chat completions and responses APIs. */
import { z } from "zod";
import type { Meter } from "../usage/reading.ts";
import { guessTokens } from "../usage/reading.ts";
import type { Provider } from "./provider.ts";

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  429: "rate_limit_error",
};

const Count = z.number().min(0).nullish();
const Details = z.looseObject({ cached_tokens: Count }).nullish();

/** Chat completions say prompt and completion, responses say input and output. */
const Usage = z.looseObject({
  prompt_tokens: Count,
  completion_tokens: Count,
  prompt_tokens_details: Details,
  input_tokens: Count,
  output_tokens: Count,
  input_tokens_details: Details,
});

const Value = z.looseObject({
  model: z.string().optional(),
  usage: Usage.nullish(),
  response: z.looseObject({ model: z.string().optional(), usage: Usage.nullish() }).optional(),
  delta: z.unknown().optional(),
  choices: z.array(z.unknown()).optional(),
});

function openaiMeter(bytes: () => number): Meter {
  let model: string | undefined;
  let usage: z.infer<typeof Usage> | undefined;
  let characters = 0;
  return {
    see(value) {
      const parsed = Value.safeParse(value);
      if (!parsed.success) return;
      const { response, choices, delta } = parsed.data;
      model = response?.model ?? parsed.data.model ?? model;
      usage = response?.usage ?? parsed.data.usage ?? usage;
      if (typeof delta === "string") characters += delta.length;
      else if (choices && choices.length > 0) characters += deltaLength(choices);
    },
    read() {
      if (usage === undefined) {
        if (model === undefined && characters === 0) return undefined;
        const guess = { model, cacheReadTokens: 0, cacheWriteTokens: 0, estimated: true };
        return { ...guess, freshTokens: guessTokens(bytes()), outputTokens: guessTokens(characters) };
      }
      const prompt = usage.prompt_tokens ?? usage.input_tokens ?? 0;
      const cached = (usage.prompt_tokens_details ?? usage.input_tokens_details)?.cached_tokens ?? 0;
      return {
        model,
        freshTokens: Math.max(0, prompt - cached),
        cacheReadTokens: cached,
        cacheWriteTokens: 0,
        outputTokens: usage.completion_tokens ?? usage.output_tokens ?? 0,
        estimated: false,
      };
    },
  };
}

/** Words and the arguments of calls; a document has them in `message`. */
function deltaLength(choices: readonly unknown[]): number {
  const Said = z.looseObject({ content: z.string().nullish(), tool_calls: z.array(z.unknown()).nullish() });
  const Choice = z.looseObject({ delta: Said.nullish(), message: Said.nullish() });
  return choices.reduce<number>((sum, choice) => {
    const { delta, message } = Choice.safeParse(choice).data ?? {};
    const { content, tool_calls } = delta ?? message ?? {};
    return sum + (content ?? "").length + (tool_calls ? JSON.stringify(tool_calls).length : 0);
  }, 0);
}

const ChatRequest = z.looseObject({
  stream: z.boolean().optional(),
  stream_options: z.looseObject({}).nullish(),
});

/** A streamed chat completion says its numbers only when asked to. */
function askForUsage(body: Buffer): Buffer {
  let value: unknown;
  try {
    value = JSON.parse(body.toString("utf8"));
  } catch {
    return body;
  }
  const parsed = ChatRequest.safeParse(value);
  if (!parsed.success || parsed.data.stream !== true) return body;
  const stream_options = { ...parsed.data.stream_options, include_usage: true };
  return Buffer.from(JSON.stringify({ ...parsed.data, stream_options }));
}

/** Clients are configured with and without `/v1` in their base address. */
function bare(path: string): string {
  return path.replace(/^\/v1(?=\/)/, "");
}

const CHARGED = new Set(["/chat/completions", "/responses", "/completions", "/embeddings"]);

export const openai: Provider = {
  name: "openai",
  label: "OpenAI",
  officialUrl: "https://api.openai.com",
  keyNames: ["OPENAI_API_KEY"],
  route(method, path) {
    const name = bare(path);
    if (method === "POST" && CHARGED.has(name)) return "model";
    if (method === "GET" && /^\/models(\/[^/]+)?$/.test(name)) return "free";
    return undefined;
  },
  keyHeaders: (key) => ({ authorization: `Bearer ${key}` }),
  errorDocument: ({ status, message }) => ({
    error: { message, type: ERROR_TYPES[status] ?? "server_error", param: null, code: null },
  }),
  meter: ({ bytes }) => openaiMeter(bytes),
  prepare: {
    applies: (path) => ["/chat/completions", "/completions"].includes(bare(path)),
    rewrite: askForUsage,
  },
};
