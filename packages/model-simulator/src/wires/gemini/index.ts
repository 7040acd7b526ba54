// Google's Gemini API: generateContent, streamed and plain, token counting and the list of models.
import { conversationText, estimateTokens } from "../../conversation.ts";
import type { Exchange, WireProtocol, WireRequest } from "../wire.ts";
import { BadRequest, randomId } from "../wire.ts";
import { document, errorDocument, streamWriter } from "./answer.ts";
import { parseGenerateRequest } from "./request.ts";

const MODELS = ["gemini-3-pro", "gemini-2.5-pro", "gemini-2.5-flash"];

function model(name: string): Record<string, unknown> {
  return {
    name: `models/${name}`,
    displayName: `${name} (simulated)`,
    inputTokenLimit: 1_000_000,
    outputTokenLimit: 64_000,
    supportedGenerationMethods: ["generateContent", "countTokens"],
  };
}

function read({ method, path, query, body }: WireRequest): Exchange | undefined {
  const [found, name, verb] = /^\/v1(?:alpha|beta)?\/models(?:\/([^/:]+)(?::(\w+))?)?$/.exec(path) ?? [];
  // OpenAI and Anthropic list their models below /v1, Gemini's clients ask below /v1beta.
  if (found === undefined || (verb === undefined && path.startsWith("/v1/"))) return undefined;
  if (method === "GET" && verb === undefined) {
    return { kind: "document", document: name === undefined ? { models: MODELS.map(model) } : model(name) };
  }
  if (method !== "POST" || name === undefined) return undefined;
  switch (verb) {
    case "generateContent":
      return { kind: "converse", conversation: parseGenerateRequest(name, false, body) };
    case "streamGenerateContent":
      if (query.get("alt") !== "sse") throw new BadRequest("this simulator streams with alt=sse only");
      return { kind: "converse", conversation: parseGenerateRequest(name, true, body) };
    case "countTokens": {
      const { earlier, last } = conversationText(parseGenerateRequest(name, false, body));
      return { kind: "document", document: { totalTokens: estimateTokens(earlier + last) } };
    }
    default:
      return undefined;
  }
}

export const geminiWire: WireProtocol = {
  wires: ["gemini"],
  read,
  newToolId: () => `call_${randomId()}`,
  streamWriter,
  document,
  errorDocument,
  errorHeaders: () => ({}),
};
