/**
 * The session's model, whoever provides it: LangChain's client for it, pointed at the broker. The broker's token stands
 * where a key would be; no other credential is looked for.
 */
import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { messageOf, RunnerError } from "../../errors.ts";
import { causesOf, statusOf } from "./outcome.ts";

export type ModelProvider = "anthropic" | "google" | "openai";

export interface ModelOptions {
  readonly provider: ModelProvider;
  readonly model: string;
  readonly broker: { readonly url: string; readonly token: string };
  readonly temperature?: number | undefined;
  readonly maxTokens?: number | undefined;
  /** Which of OpenAI's two interfaces is spoken; default "responses". */
  readonly openai?: "responses" | "chat";
}

/** A provider that is busy is asked again twice; the broker answers a wrong key or a used-up budget at once. */
const MAX_RETRIES = 2;
/** Anthropic's API wants a limit; this is what all its present models allow. */
const ANTHROPIC_MAX_TOKENS = 32_000;

const NAMES: readonly (readonly [RegExp, ModelProvider])[] = [
  [/^claude-/, "anthropic"],
  [/^(gemini|gemma)-/, "google"],
  [/^(gpt-|chatgpt-|o\d)/, "openai"],
];

/**
 * @param listed the provider that models.json names; undefined = the model is not listed, its name decides
 * @throws RunnerError AGENT_START_FAILED that says which providers there are
 */
export function providerOf(model: string, listed: string | undefined): ModelProvider {
  const provider = listed ?? NAMES.find(([pattern]) => pattern.test(model))?.[1];
  if (provider === "anthropic" || provider === "google" || provider === "openai") return provider;
  throw new RunnerError(
    "AGENT_START_FAILED",
    `model ${model}: its provider is ${provider ?? "not known"}; LangGraph sessions take models of anthropic, google and openai. List the model in models.json.`,
  );
}

/** Each client is large, so it is loaded when it is needed. */
export async function openModel(options: ModelOptions): Promise<BaseChatModel> {
  const { provider, model, broker, temperature, maxTokens, openai = "responses" } = options;
  const sampling = temperature === undefined ? {} : { temperature };
  const common = { model, apiKey: broker.token, maxRetries: MAX_RETRIES, ...sampling };
  switch (provider) {
    case "anthropic": {
      const { ChatAnthropic } = await import("@langchain/anthropic");
      return new ChatAnthropic({
        ...common,
        anthropicApiUrl: `${broker.url}/anthropic`,
        maxTokens: maxTokens ?? ANTHROPIC_MAX_TOKENS,
      });
    }
    case "google": {
      const { ChatGoogle } = await import("@langchain/google");
      return new ChatGoogle({
        ...common,
        endpoint: `${broker.url}/gemini`,
        platformType: "gai",
        ...(maxTokens === undefined ? {} : { maxOutputTokens: maxTokens }),
      });
    }
    case "openai": {
      const { ChatOpenAI } = await import("@langchain/openai");
      return new ChatOpenAI({
        ...common,
        configuration: { baseURL: `${broker.url}/openai/v1` },
        useResponsesApi: openai === "responses",
        ...(maxTokens === undefined ? {} : { maxTokens }),
      });
    }
    default:
      return provider satisfies never;
  }
}

/** Whether a server of OpenAI's wire does not know its newer interface, as most that are not OpenAI's own. */
export function lacksResponses(error: unknown): boolean {
  const status = causesOf(error)
    .map(statusOf)
    .find((each) => each !== undefined);
  return (
    (status === 404 || status === 405 || status === 501) && !/\bmodel\b/i.test(messageOf(error).split("\n")[0] ?? "")
  );
}
