// What the simulated model says: a reply is data (blocks, numbers, faults), independent of any wire protocol.
import type { Conversation } from "./conversation.ts";
import { conversationText, estimateTokens } from "./conversation.ts";

export type StopReason = "end_turn" | "tool_use" | "max_tokens" | "stop_sequence" | "refusal" | "pause_turn";

/** How fast a block is streamed. */
export interface Pace {
  /** Characters (code points) in one delta. */
  readonly chunk: number;
  /** Milliseconds before each delta. */
  readonly delay: number;
}

export const FASTEST: Pace = { chunk: 32, delay: 0 };

export interface SpeechBlock {
  readonly kind: "text" | "thinking";
  readonly text: string;
  readonly pace?: Partial<Pace>;
}

export interface ToolBlock {
  readonly kind: "tool";
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Default: a fresh one of the wire's own form. */
  readonly id?: string;
  readonly pace?: Partial<Pace>;
}

/** Waits between two blocks; `forever` is a stall that only the client's patience ends. */
export interface PauseBlock {
  readonly kind: "pause";
  readonly milliseconds: number | "forever";
}

/** Cuts the connection in the middle of the stream. */
export interface BreakBlock {
  readonly kind: "break";
}

/** An error that the provider reports after the stream has begun. */
export interface FailBlock {
  readonly kind: "fail";
  readonly error: ModelError;
}

export type Block = SpeechBlock | ToolBlock | PauseBlock | BreakBlock | FailBlock;

export interface ModelError {
  readonly status: number;
  /** The provider's word for it; default: the one that goes with the status. */
  readonly type?: string;
  readonly message?: string;
  readonly retryAfterSeconds?: number;
}

export interface Usage {
  /** Tokens read at the full price. */
  readonly inputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly outputTokens: number;
}

export interface MessageReply {
  readonly kind: "message";
  readonly blocks: readonly Block[];
  readonly stopReason?: StopReason;
  readonly usage?: Partial<Usage>;
  readonly pace?: Partial<Pace>;
  /** Milliseconds until the first byte of the answer. */
  readonly firstDelay?: number;
}

export interface ErrorReply {
  readonly kind: "error";
  readonly error: ModelError;
}

export type Reply = MessageReply | ErrorReply;

export function text(words: string, pace?: Partial<Pace>): SpeechBlock {
  return { kind: "text", text: words, ...(pace ? { pace } : {}) };
}

export function thinking(words: string, pace?: Partial<Pace>): SpeechBlock {
  return { kind: "thinking", text: words, ...(pace ? { pace } : {}) };
}

export function tool(name: string, input: Readonly<Record<string, unknown>>): ToolBlock {
  return { kind: "tool", name, input };
}

export function message(...blocks: Block[]): MessageReply {
  return { kind: "message", blocks };
}

export function failure(error: ModelError): ErrorReply {
  return { kind: "error", error };
}

export function stopReasonOf(reply: MessageReply): StopReason {
  return reply.stopReason ?? (reply.blocks.some((block) => block.kind === "tool") ? "tool_use" : "end_turn");
}

/**
 * Counts as a provider with a prompt cache would: all but the last message is read from the cache (written to it by a
 * conversation's first request), the last message is fresh input. Numbers of the reply win.
 */
export function usageOf(reply: MessageReply, conversation: Conversation): Usage {
  const { earlier, last } = conversationText(conversation);
  const spoken = reply.blocks
    .map((block) => {
      if (block.kind === "text" || block.kind === "thinking") return block.text;
      return block.kind === "tool" ? JSON.stringify(block.input) : "";
    })
    .join("");
  const first = conversation.messages.length <= 1;
  return {
    inputTokens: Math.max(1, estimateTokens(last)),
    cacheReadTokens: first ? 0 : estimateTokens(earlier),
    cacheWriteTokens: first ? estimateTokens(earlier) : 0,
    outputTokens: Math.max(1, estimateTokens(spoken)),
    ...reply.usage,
  };
}
