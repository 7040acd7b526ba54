/** What the user says, in the form in which Gemini CLI takes it. */
import type { ContentPart, Message } from "@ag-ui/core";
import type { Part } from "./protocol.ts";

/** All new messages as one: the agent takes one message per turn. */
export function contentOf(messages: readonly Message[]): Part[] {
  return messages.flatMap((message): Part[] => {
    if (message.role !== "user" && message.role !== "system" && message.role !== "developer") return [];
    if (typeof message.content === "string") return [{ type: "text", text: message.content }];
    return message.content.map(partOf);
  });
}

function partOf(part: ContentPart): Part {
  if (part.type === "text") return { type: "text", text: part.text };
  const { source } = part;
  if (source.type === "data") return { type: "media", data: source.value, mimeType: source.mimeType };
  return {
    type: "text",
    text: source.type === "url" ? `[The user attached: ${source.value}]` : `[The user attached a ${part.type}.]`,
  };
}
