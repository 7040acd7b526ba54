// Writes a reply as OpenAI's chat completions API does.
import type { SpokenBlock } from "../../perform.ts";
import type { StopReason } from "../../reply.ts";
import type { AnswerContext, StreamWriter } from "../wire.ts";
import { serverSentEvent } from "../wire.ts";
import { errorDocument } from "./errors.ts";

const FINISH_REASONS: Readonly<Record<StopReason, string>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  pause_turn: "stop",
  tool_use: "tool_calls",
  max_tokens: "length",
  refusal: "content_filter",
};

function usage({ usage: counted }: AnswerContext): Record<string, unknown> {
  const prompt = counted.inputTokens + counted.cacheReadTokens + counted.cacheWriteTokens;
  return {
    prompt_tokens: prompt,
    completion_tokens: counted.outputTokens,
    total_tokens: prompt + counted.outputTokens,
    prompt_tokens_details: { cached_tokens: counted.cacheReadTokens },
  };
}

function envelope(context: AnswerContext, object: string): Record<string, unknown> {
  return { id: `chatcmpl-${context.id}`, object, created: context.now, model: context.conversation.model };
}

function call(block: SpokenBlock & { kind: "tool" }): Record<string, unknown> {
  return { id: block.id, type: "function", function: { name: block.name, arguments: JSON.stringify(block.input) } };
}

function joined(blocks: readonly SpokenBlock[], kind: "text" | "thinking"): string | null {
  const texts = blocks.map((block) => (block.kind === kind ? block.text : "")).join("");
  return texts === "" ? null : texts;
}

export function document(blocks: readonly SpokenBlock[], context: AnswerContext): unknown {
  const calls = blocks.flatMap((block) => (block.kind === "tool" ? [call(block)] : []));
  const reasoning = joined(blocks, "thinking");
  const message = {
    role: "assistant",
    content: joined(blocks, "text"),
    refusal: null,
    // Not OpenAI's own, but what compatible servers call it.
    ...(reasoning === null ? {} : { reasoning_content: reasoning }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
  const choice = { index: 0, message, logprobs: null, finish_reason: FINISH_REASONS[context.stopReason] };
  return { ...envelope(context, "chat.completion"), choices: [choice], usage: usage(context) };
}

export function streamWriter(context: AnswerContext): StreamWriter {
  const positions = new Map<number, number>();
  const chunk = (delta: unknown, finish: string | null = null): string =>
    serverSentEvent({
      ...envelope(context, "chat.completion.chunk"),
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
    });
  return {
    start: () => chunk({ role: "assistant", content: "" }),
    beat(beat) {
      const { block, index } = beat;
      if (block.kind !== "tool") {
        if (beat.type !== "delta") return "";
        return chunk(block.kind === "text" ? { content: beat.text } : { reasoning_content: beat.text });
      }
      if (beat.type === "open") {
        positions.set(index, positions.size);
        const begun = { name: block.name, arguments: "" };
        return chunk({ tool_calls: [{ index: positions.size - 1, id: block.id, type: "function", function: begun }] });
      }
      if (beat.type === "close") return "";
      return chunk({ tool_calls: [{ index: positions.get(index), function: { arguments: beat.text } }] });
    },
    finish() {
      const numbers = { ...envelope(context, "chat.completion.chunk"), choices: [], usage: usage(context) };
      return (
        chunk({}, FINISH_REASONS[context.stopReason]) +
        (context.conversation.reportUsage === true ? serverSentEvent(numbers) : "") +
        serverSentEvent("[DONE]")
      );
    },
    fail: (error) => serverSentEvent(errorDocument(error)),
  };
}
