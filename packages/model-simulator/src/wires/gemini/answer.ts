// Writes a reply as Gemini's API does: chunks that each hold a piece of a candidate, and the plain document.
import type { SpokenBlock } from "../../perform.ts";
import type { ModelError, StopReason } from "../../reply.ts";
import type { AnswerContext, StreamWriter } from "../wire.ts";
import { serverSentEvent } from "../wire.ts";

const STATUS_WORDS: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  429: "RESOURCE_EXHAUSTED",
  500: "INTERNAL",
  503: "UNAVAILABLE",
  504: "DEADLINE_EXCEEDED",
  529: "UNAVAILABLE",
};

const FINISH_REASONS: Readonly<Record<StopReason, string>> = {
  end_turn: "STOP",
  tool_use: "STOP",
  stop_sequence: "STOP",
  pause_turn: "STOP",
  max_tokens: "MAX_TOKENS",
  refusal: "SAFETY",
};

export function errorDocument(error: ModelError): unknown {
  const status = error.type ?? STATUS_WORDS[error.status] ?? "INTERNAL";
  const retry = "type.googleapis.com/google.rpc.RetryInfo";
  return {
    error: {
      code: error.status,
      message: error.message ?? `simulated ${status}`,
      status,
      ...(error.retryAfterSeconds === undefined
        ? {}
        : { details: [{ "@type": retry, retryDelay: `${error.retryAfterSeconds}s` }] }),
    },
  };
}

function part(block: SpokenBlock, text: string): unknown {
  switch (block.kind) {
    case "text":
      return { text };
    case "thinking":
      return { text, thought: true };
    case "tool":
      return { functionCall: { id: block.id, name: block.name, args: block.input } };
  }
}

function usageMetadata({ usage }: AnswerContext): Record<string, number> {
  const promptTokenCount = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  return {
    promptTokenCount,
    cachedContentTokenCount: usage.cacheReadTokens,
    candidatesTokenCount: usage.outputTokens,
    totalTokenCount: promptTokenCount + usage.outputTokens,
  };
}

function response(context: AnswerContext, parts: readonly unknown[], finished: boolean): unknown {
  const finishReason = finished ? { finishReason: FINISH_REASONS[context.stopReason] } : {};
  return {
    candidates: [{ content: { role: "model", parts }, index: 0, ...finishReason }],
    ...(finished ? { usageMetadata: usageMetadata(context) } : {}),
    modelVersion: context.conversation.model,
    responseId: context.id,
  };
}

export function document(blocks: readonly SpokenBlock[], context: AnswerContext): unknown {
  const parts = blocks.map((block) => part(block, block.kind === "tool" ? "" : block.text));
  return response(context, parts, true);
}

/** A call's arguments come whole: this API does not stream them. */
export function streamWriter(context: AnswerContext): StreamWriter {
  return {
    start: () => "",
    beat(beat) {
      const whole = beat.block.kind === "tool";
      if (whole ? beat.type !== "close" : beat.type !== "delta") return "";
      const text = beat.type === "delta" ? beat.text : "";
      return serverSentEvent(response(context, [part(beat.block, text)], false));
    },
    finish: () => serverSentEvent(response(context, [{ text: "" }], true)),
    fail: (error) => serverSentEvent(errorDocument(error)),
  };
}
