/**
 * A model's message as it comes from LangChain: pieces of text and reasoning in the form of each provider, and pieces of
 * calls. Pure; reads plain data, so that it serves a graph in this process and one on a server.
 */
import { z } from "zod";
import type { RequestUsage } from "../common/usage.ts";
import type { CallDelta } from "./told.ts";

const Part = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  thinking: z.string().optional(),
  reasoning: z.string().optional(),
  /** Google marks its thoughts so. */
  thought: z.boolean().optional(),
});

const Content = z.union([z.string(), z.array(z.union([z.string(), Part]))]).catch("");

const Call = z.looseObject({
  id: z.string().nullish(),
  index: z.union([z.number(), z.string()]).nullish(),
  name: z.string().nullish(),
  args: z.string().nullish(),
});

const Count = z.number().nullish();
const UsageMetadata = z.looseObject({
  input_tokens: Count,
  output_tokens: Count,
  input_token_details: z.looseObject({ cache_read: Count }).nullish(),
});

export function spoken(content: unknown): { text: string; reasoning: string } {
  const read = Content.parse(content);
  if (typeof read === "string") return { text: read, reasoning: "" };
  let text = "";
  let reasoning = "";
  for (const part of read) {
    if (typeof part === "string") text += part;
    else if (part.thought === true) reasoning += part.text ?? "";
    else if (part.type === "text") text += part.text ?? "";
    else if (part.type === "thinking") reasoning += part.thinking ?? "";
    else if (part.type === "reasoning") reasoning += part.reasoning ?? "";
  }
  return { text, reasoning };
}

export function callDeltas(chunks: unknown): CallDelta[] {
  const read = z.array(Call).nullish().safeParse(chunks);
  return (read.data ?? []).map((chunk, position) => ({
    id: chunk.id ?? undefined,
    index: String(chunk.index ?? position),
    name: chunk.name ?? undefined,
    args: chunk.args ?? "",
  }));
}

export function usageOf(metadata: unknown, provider: string, model: string): RequestUsage | undefined {
  const read = UsageMetadata.safeParse(metadata);
  if (!read.success) return undefined;
  const { input_tokens, output_tokens, input_token_details } = read.data;
  return {
    provider,
    model,
    inputTokens: input_tokens ?? 0,
    outputTokens: output_tokens ?? 0,
    cachedTokens: input_token_details?.cache_read ?? 0,
  };
}

const Ended = z.looseObject({
  stop_reason: z.string().nullish(),
  finish_reason: z.string().nullish(),
  finishReason: z.string().nullish(),
  incomplete_details: z.looseObject({ reason: z.string().nullish() }).nullish(),
});

/** The provider's word for why a message ended; each has its own place for it. */
export function stopOf(metadata: unknown): string | undefined {
  const { stop_reason, finish_reason, finishReason, incomplete_details } = Ended.safeParse(metadata).data ?? {};
  return incomplete_details?.reason ?? stop_reason ?? finish_reason ?? finishReason ?? undefined;
}
