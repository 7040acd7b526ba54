// OpenAI's APIs: chat completions, responses, and the list of models.
import type { SpokenBlock } from "../../perform.ts";
import type { AnswerContext, Exchange, WireProtocol, WireRequest } from "../wire.ts";
import { randomId, retryAfter } from "../wire.ts";
import * as chat from "./chat-answer.ts";
import { parseChatRequest } from "./chat-request.ts";
import { errorDocument } from "./errors.ts";
import * as responses from "./responses-answer.ts";
import { parseResponsesRequest } from "./responses-request.ts";

const MODELS = ["gpt-5", "gpt-5-mini", "gpt-4.1"];

function model(id: string): Record<string, unknown> {
  return { id, object: "model", created: 1_735_689_600, owned_by: "simulator" };
}

function read({ method, path, body }: WireRequest): Exchange | undefined {
  if (method === "POST" && path === "/v1/chat/completions")
    return { kind: "converse", conversation: parseChatRequest(body) };
  if (method === "POST" && path === "/v1/responses")
    return { kind: "converse", conversation: parseResponsesRequest(body) };
  if (method !== "GET") return undefined;
  if (path === "/v1/models") return { kind: "document", document: { object: "list", data: MODELS.map(model) } };
  const one = /^\/v1\/models\/([^/]+)$/.exec(path)?.[1];
  return one === undefined ? undefined : { kind: "document", document: model(one) };
}

function answerer(context: AnswerContext): typeof chat {
  return context.conversation.wire === "openai-responses" ? responses : chat;
}

export const openaiWire: WireProtocol = {
  wires: ["openai-chat", "openai-responses"],
  read,
  newToolId: () => `call_${randomId()}`,
  streamWriter: (context) => answerer(context).streamWriter(context),
  document: (blocks: readonly SpokenBlock[], context) => answerer(context).document(blocks, context),
  errorDocument,
  errorHeaders: retryAfter,
};
