/** Gemini CLI's events, told in the words of our protocol. Pure. */
import type { AgentEvent } from "@google/gemini-cli-core";
import type { Part, Told } from "../protocol.ts";

/** A tool's result as the model gets it, which the event itself does not always hold. */
export interface ToolOutput {
  readonly text: string | undefined;
  readonly diff: string | undefined;
}

export function toldOf(event: AgentEvent, outputOf: (callId: string) => ToolOutput | undefined): Told[] {
  switch (event.type) {
    case "message":
      return event.role === "agent" ? event.content.flatMap((part) => spoken(part, event._meta?.["subject"])) : [];
    case "tool_request":
      return [{ type: "toolCall", id: event.requestId, name: event.name, args: event.args }];
    case "tool_response": {
      const { text, diff } = outputOf(event.requestId) ?? {};
      const content = (event.content ?? []).flatMap(partOf);
      if (text !== undefined && !content.some((part) => part.type === "text")) content.unshift({ type: "text", text });
      const isError = event.isError === true;
      return [{ type: "toolResult", id: event.requestId, content, isError, ...(diff === undefined ? {} : { diff }) }];
    }
    case "usage": {
      const { model, inputTokens = 0, outputTokens = 0, cachedTokens = 0 } = event;
      return [{ type: "usage", model, inputTokens, outputTokens, cachedTokens }];
    }
    case "error": {
      const httpStatus = event._meta?.["status"];
      return [
        {
          type: "problem",
          status: event.status,
          message: event.message,
          fatal: event.fatal,
          ...(typeof httpStatus === "number" ? { httpStatus } : {}),
        },
      ];
    }
    case "agent_end":
      return [{ type: "end", reason: event.reason }];
    default:
      return [];
  }
}

type Content = Extract<AgentEvent, { type: "message" }>["content"][number];

function spoken(part: Content, subject: unknown): Told[] {
  if (part.type === "text") return part.text === "" ? [] : [{ type: "text", text: part.text }];
  if (part.type === "thought")
    return [{ type: "thought", subject: typeof subject === "string" ? subject : "", text: part.thought }];
  return [];
}

function partOf(part: Content): Part[] {
  if (part.type === "text") return [{ type: "text", text: part.text }];
  if (part.type === "media" && part.data !== undefined)
    return [{ type: "media", data: part.data, mimeType: part.mimeType ?? "application/octet-stream" }];
  return [];
}
