// Anthropic's Messages API: messages, token counting, the list of models, and what Claude Code asks for at its start.
import { conversationText, estimateTokens } from "../../conversation.ts";
import type { Exchange, WireProtocol, WireRequest } from "../wire.ts";
import { randomId, retryAfter } from "../wire.ts";
import { document, errorDocument, streamWriter } from "./answer.ts";
import { parseMessagesRequest } from "./request.ts";

const MODELS = [
  ["claude-opus-5-5", "Claude Opus 5.5 (simulated)"],
  ["claude-sonnet-5-5", "Claude Sonnet 5.5 (simulated)"],
  ["claude-haiku-5-5", "Claude Haiku 5.5 (simulated)"],
] as const;

function model(id: string, name: string): Record<string, string> {
  return { type: "model", id, display_name: name, created_at: "2025-01-01T00:00:00Z" };
}

function read(request: WireRequest): Exchange | undefined {
  const { method, path, headers, body } = request;
  if (method === "POST" && path === "/v1/messages")
    return { kind: "converse", conversation: parseMessagesRequest(body) };
  if (method === "POST" && path === "/v1/messages/count_tokens") {
    const { earlier, last } = conversationText(parseMessagesRequest(body));
    return { kind: "document", document: { input_tokens: estimateTokens(earlier + last) } };
  }
  // OpenAI has the same path for its models; only Anthropic's clients send a version.
  if (method === "GET" && headers["anthropic-version"] !== undefined) {
    if (path === "/v1/models") {
      const data = MODELS.map(([id, name]) => model(id, name));
      const [first, last] = [data.at(0)?.["id"] ?? null, data.at(-1)?.["id"] ?? null];
      return { kind: "document", document: { data, has_more: false, first_id: first, last_id: last } };
    }
    const one = /^\/v1\/models\/([^/]+)$/.exec(path)?.[1];
    if (one !== undefined) return { kind: "document", document: model(one, one) };
  }
  if (path === "/api/hello" || path === "/") return { kind: "document", document: { message: "hello" } };
  return undefined;
}

export const anthropicWire: WireProtocol = {
  wires: ["anthropic"],
  read,
  newToolId: () => `toolu_${randomId()}`,
  streamWriter,
  document,
  errorDocument,
  errorHeaders: retryAfter,
};
