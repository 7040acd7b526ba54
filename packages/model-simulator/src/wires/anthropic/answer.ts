// Writes a reply as Anthropic's Messages API does: the event stream, and the plain document.
import { randomBytes } from "node:crypto";
import type { SpokenBlock } from "../../perform.ts";
import type { ModelError } from "../../reply.ts";
import type { AnswerContext, SpokenBeat, StreamWriter } from "../wire.ts";
import { serverSentEvent } from "../wire.ts";

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  402: "billing_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  500: "api_error",
  504: "timeout_error",
  529: "overloaded_error",
};

export function errorDocument(error: ModelError): unknown {
  const type = error.type ?? ERROR_TYPES[error.status] ?? "api_error";
  return { type: "error", error: { type, message: error.message ?? `simulated ${type}` } };
}

// The signature of a thinking block is opaque to clients; they must hand it back unchanged.
function signature(): string {
  return randomBytes(48).toString("base64");
}

function usage(context: AnswerContext): Record<string, number> {
  return {
    input_tokens: context.usage.inputTokens,
    cache_creation_input_tokens: context.usage.cacheWriteTokens,
    cache_read_input_tokens: context.usage.cacheReadTokens,
    output_tokens: context.usage.outputTokens,
  };
}

function envelope(context: AnswerContext): Record<string, unknown> {
  return { id: `msg_${context.id}`, type: "message", role: "assistant", model: context.conversation.model };
}

function emptyBlock(block: SpokenBlock): unknown {
  switch (block.kind) {
    case "text":
      return { type: "text", text: "" };
    case "thinking":
      return { type: "thinking", thinking: "", signature: "" };
    case "tool":
      return { type: "tool_use", id: block.id, name: block.name, input: {} };
  }
}

function delta(block: SpokenBlock, text: string): unknown {
  switch (block.kind) {
    case "text":
      return { type: "text_delta", text };
    case "thinking":
      return { type: "thinking_delta", thinking: text };
    case "tool":
      return { type: "input_json_delta", partial_json: text };
  }
}

function fullBlock(block: SpokenBlock): unknown {
  switch (block.kind) {
    case "text":
      return { type: "text", text: block.text };
    case "thinking":
      return { type: "thinking", thinking: block.text, signature: signature() };
    case "tool":
      return { type: "tool_use", id: block.id, name: block.name, input: block.input };
  }
}

export function document(blocks: readonly SpokenBlock[], context: AnswerContext): unknown {
  return {
    ...envelope(context),
    content: blocks.map(fullBlock),
    stop_reason: context.stopReason,
    stop_sequence: null,
    usage: usage(context),
  };
}

function event(type: string, fields: Record<string, unknown>): string {
  return serverSentEvent({ type, ...fields }, type);
}

export function streamWriter(context: AnswerContext): StreamWriter {
  return {
    start() {
      const message = {
        ...envelope(context),
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { ...usage(context), output_tokens: 1 },
      };
      return event("message_start", { message }) + event("ping", {});
    },
    beat(beat: SpokenBeat) {
      const { index, block } = beat;
      switch (beat.type) {
        case "open":
          return event("content_block_start", { index, content_block: emptyBlock(block) });
        case "delta":
          return event("content_block_delta", { index, delta: delta(block, beat.text) });
        case "close": {
          const sign =
            block.kind === "thinking"
              ? event("content_block_delta", { index, delta: { type: "signature_delta", signature: signature() } })
              : "";
          return sign + event("content_block_stop", { index });
        }
      }
    },
    finish() {
      const delta = { stop_reason: context.stopReason, stop_sequence: null };
      return event("message_delta", { delta, usage: usage(context) }) + event("message_stop", {});
    },
    fail(error) {
      return serverSentEvent(errorDocument(error), "error");
    },
  };
}
