/** Anthropic's Messages API. */
import { z } from "zod";
import type { Meter, Reading } from "../usage/reading.ts";
import { guessTokens } from "../usage/reading.ts";
import type { Provider } from "./provider.ts";

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
};

const Count = z.number().min(0).nullish();

const Usage = z.looseObject({
  input_tokens: Count,
  cache_read_input_tokens: Count,
  cache_creation_input_tokens: Count,
  output_tokens: Count,
});

/** The events of a stream, and the plain document: usage stands in `message`, beside `delta`, or at the top. */
const Value = z.looseObject({
  type: z.string(),
  model: z.string().optional(),
  usage: Usage.nullish(),
  content: z.unknown().optional(),
  message: z.looseObject({ model: z.string().optional(), usage: Usage.nullish() }).optional(),
  delta: z
    .looseObject({ text: z.string().optional(), thinking: z.string().optional(), partial_json: z.string().optional() })
    .optional(),
});

function anthropicMeter(bytes: () => number): Meter {
  let model: string | undefined;
  let usage: z.infer<typeof Usage> = {};
  let characters = 0;
  let begun = false;
  /** Whether the number of the whole answer was said, not only that of its first word. */
  let final = false;
  return {
    see(value) {
      const parsed = Value.safeParse(value);
      if (!parsed.success) return;
      const { type, message, delta } = parsed.data;
      if (type === "content_block_delta" && delta) {
        characters += (delta.text ?? delta.thinking ?? delta.partial_json ?? "").length;
        return;
      }
      begun ||= type === "message_start" || type === "message";
      if (type === "message") characters += JSON.stringify(parsed.data.content ?? "").length;
      model = message?.model ?? parsed.data.model ?? model;
      const fresh = message?.usage ?? parsed.data.usage;
      // message_delta repeats the numbers, grown; what it leaves out stands in message_start.
      if (fresh?.output_tokens != null && type !== "message_start") final = true;
      if (fresh)
        usage = { ...usage, ...Object.fromEntries(Object.entries(fresh).filter(([, count]) => count != null)) };
    },
    read(complete): Reading | undefined {
      if (!begun) return undefined;
      const said = usage.output_tokens ?? 0;
      const guessed = complete && final ? 0 : guessTokens(characters);
      const { input_tokens, cache_read_input_tokens, cache_creation_input_tokens } = usage;
      const isPromptKnown = (input_tokens ?? cache_read_input_tokens ?? cache_creation_input_tokens ?? null) !== null;
      return {
        model,
        freshTokens: isPromptKnown ? (input_tokens ?? 0) : guessTokens(bytes()),
        cacheReadTokens: cache_read_input_tokens ?? 0,
        cacheWriteTokens: cache_creation_input_tokens ?? 0,
        outputTokens: Math.max(said, guessed),
        estimated: guessed > said || !isPromptKnown,
      };
    },
  };
}

export const anthropic: Provider = {
  name: "anthropic",
  label: "Anthropic",
  officialUrl: "https://api.anthropic.com",
  keyNames: ["ANTHROPIC_API_KEY"],
  route(method, path) {
    if (method === "POST" && path === "/v1/messages") return "model";
    if (method === "POST" && path === "/v1/messages/count_tokens") return "free";
    if (method === "GET" && /^\/v1\/models(\/[^/]+)?$/.test(path)) return "free";
    if ((method === "GET" || method === "HEAD") && (path === "/" || path === "/api/hello")) return "free";
    return undefined;
  },
  keyHeaders: (key) => ({ "x-api-key": key }),
  errorDocument: ({ status, message }) => ({
    type: "error",
    error: { type: ERROR_TYPES[status] ?? "api_error", message },
  }),
  meter: ({ bytes }) => anthropicMeter(bytes),
};
