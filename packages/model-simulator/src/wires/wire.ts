// What a provider's wire protocol must be able to do; the server knows nothing else about any of them.
import { randomBytes } from "node:crypto";
import type { Conversation, Wire } from "../conversation.ts";
import type { Beat, SpokenBlock } from "../perform.ts";
import type { ModelError, StopReason, Usage } from "../reply.ts";

export interface WireRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

/** What the answer to one request is made with. */
export interface AnswerContext {
  readonly conversation: Conversation;
  readonly usage: Usage;
  readonly stopReason: StopReason;
  /** Random part of the answer's id. */
  readonly id: string;
  /** Seconds since the epoch. */
  readonly now: number;
}

export type SpokenBeat = Extract<Beat, { type: "open" | "delta" | "close" }>;

export interface StreamWriter {
  start(): string;
  beat(beat: SpokenBeat): string;
  finish(): string;
  /** The provider's way to report an error in a stream that has begun. */
  fail(error: ModelError): string;
}

/** A request as the simulator takes it: a conversation to answer, or a document that needs no model. */
export type Exchange =
  | { readonly kind: "converse"; readonly conversation: Conversation }
  | { readonly kind: "document"; readonly document: unknown };

export interface WireProtocol {
  readonly wires: readonly Wire[];
  /** Undefined when the path is not one of this wire. Throws BadRequest for a body that the provider would refuse. */
  read(request: WireRequest): Exchange | undefined;
  newToolId(): string;
  streamWriter(context: AnswerContext): StreamWriter;
  document(blocks: readonly SpokenBlock[], context: AnswerContext): unknown;
  errorDocument(error: ModelError): unknown;
  errorHeaders(error: ModelError): Readonly<Record<string, string>>;
}

/** A body that the provider would answer with 400. */
export class BadRequest extends Error {
  override readonly name = "BadRequest";
}

export function randomId(): string {
  return randomBytes(12).toString("hex");
}

/** One server-sent event. JSON has no raw line breaks, so the data is always one line. */
export function serverSentEvent(data: unknown, event?: string): string {
  const line = typeof data === "string" ? data : JSON.stringify(data);
  return event === undefined ? `data: ${line}\n\n` : `event: ${event}\ndata: ${line}\n\n`;
}

export function retryAfter(error: ModelError): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  if (error.retryAfterSeconds !== undefined) headers["retry-after"] = String(error.retryAfterSeconds);
  return headers;
}
