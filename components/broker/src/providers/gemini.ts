/** Google's Gemini API (generateContent). */
import { z } from "zod";
import type { Meter } from "../usage/reading.ts";
import { plainEvents } from "../proxy/plain-events.ts";
import { guessTokens } from "../usage/reading.ts";
import type { Provider } from "./provider.ts";

const STATUS_WORDS: Readonly<Record<number, string>> = {
  400: "FAILED_PRECONDITION",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  413: "INVALID_ARGUMENT",
  429: "RESOURCE_EXHAUSTED",
  502: "UNAVAILABLE",
  504: "DEADLINE_EXCEEDED",
};

const Count = z.number().min(0).nullish();

const Value = z.looseObject({
  modelVersion: z.string().optional(),
  usageMetadata: z
    .looseObject({
      promptTokenCount: Count,
      cachedContentTokenCount: Count,
      candidatesTokenCount: Count,
      thoughtsTokenCount: Count,
      toolUsePromptTokenCount: Count,
    })
    .nullish(),
});

const MODEL_PATH = /^\/v1(?:alpha|beta)?\/models\/([^/:]+)(?::([A-Za-z]+))?$/;
const CHARGED = new Set(["generateContent", "streamGenerateContent", "embedContent", "batchEmbedContents"]);

/** Every chunk repeats the numbers so far; the last one counts. Without `alt=sse` the stream is one JSON array. */
function geminiMeter(path: string, bytes: () => number): Meter {
  let model = MODEL_PATH.exec(path)?.[1];
  let usage: NonNullable<z.infer<typeof Value>["usageMetadata"]> | undefined;
  let characters = 0;
  const see = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(see);
    const parsed = Value.safeParse(value);
    if (!parsed.success) return;
    model = parsed.data.modelVersion ?? model;
    usage = parsed.data.usageMetadata ?? usage;
    const { candidates } = parsed.data;
    if (candidates !== undefined) characters += JSON.stringify(candidates).length;
  };
  return {
    see,
    read(complete) {
      if (usage === undefined && characters === 0) return undefined;
      const cached = usage?.cachedContentTokenCount ?? 0;
      const prompt = usage?.promptTokenCount ?? guessTokens(bytes());
      const isWhole = complete && usage !== undefined;
      const said = (usage?.candidatesTokenCount ?? 0) + (usage?.thoughtsTokenCount ?? 0);
      return {
        model,
        freshTokens: Math.max(0, prompt - cached) + (usage?.toolUsePromptTokenCount ?? 0),
        cacheReadTokens: cached,
        cacheWriteTokens: 0,
        outputTokens: said > 0 || isWhole ? said : guessTokens(characters),
        estimated: !isWhole && (usage === undefined || said === 0),
      };
    },
  };
}

export const gemini: Provider = {
  name: "gemini",
  label: "Gemini",
  officialUrl: "https://generativelanguage.googleapis.com",
  keyNames: ["GEMINI_API_KEY", "GOOGLE_API_KEY"],
  route(method, path) {
    if (method === "GET" && /^\/v1(alpha|beta)?\/models$/.test(path)) return "free";
    const [found, , verb] = MODEL_PATH.exec(path) ?? [];
    if (found === undefined) return undefined;
    if (method === "GET" && verb === undefined) return "free";
    if (method !== "POST" || verb === undefined) return undefined;
    if (verb === "countTokens") return "free";
    return CHARGED.has(verb) ? "model" : undefined;
  },
  keyHeaders: (key) => ({ "x-goog-api-key": key }),
  errorDocument: ({ status, message }) => ({
    error: { code: status, message, status: STATUS_WORDS[status] ?? "INTERNAL" },
  }),
  meter: ({ path, bytes }) => geminiMeter(path, bytes),
  tidy: plainEvents,
};
