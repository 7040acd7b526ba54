/** What the user says, in the form in which Claude Code takes it. */
import type { SDKUserMessage } from "@anthropic-ai/claude-agent-sdk";
import type { ContentPart, Message } from "@ag-ui/core";

type Content = SDKUserMessage["message"]["content"];
type Block = Exclude<Content, string>[number];

const IMAGES = ["image/png", "image/jpeg", "image/gif", "image/webp"] as const;

export function userMessage(uuid: ReturnType<typeof crypto.randomUUID>, content: Content): SDKUserMessage {
  return { type: "user", message: { role: "user", content }, parent_tool_use_id: null, uuid };
}

/** All new messages as one: the agent takes one message per turn. */
export function contentOf(messages: readonly Message[]): Content {
  const blocks = messages.flatMap((message): Block[] => {
    if (message.role !== "user" && message.role !== "system" && message.role !== "developer") return [];
    if (typeof message.content === "string") return [{ type: "text", text: message.content }];
    return message.content.flatMap(blockOf);
  });
  // Slash commands are only seen in a plain text.
  const [only] = blocks;
  return blocks.length === 1 && only?.type === "text" ? only.text : blocks;
}

export function textOf(messages: readonly Message[]): string {
  const content = contentOf(messages);
  if (typeof content === "string") return content;
  return content.flatMap((block) => (block.type === "text" ? [block.text] : [])).join("\n");
}

function blockOf(part: ContentPart): Block[] {
  if (part.type === "text") return [{ type: "text", text: part.text }];
  const { source } = part;
  if (part.type === "image" && source.type === "url")
    return [{ type: "image", source: { type: "url", url: source.value } }];
  const media =
    part.type === "image" && source.type === "data" ? IMAGES.find((type) => type === source.mimeType) : undefined;
  if (media !== undefined)
    return [{ type: "image", source: { type: "base64", media_type: media, data: source.value } }];
  if (part.type === "document" && source.type === "data" && source.mimeType === "application/pdf")
    return [{ type: "document", source: { type: "base64", media_type: "application/pdf", data: source.value } }];
  return [{ type: "text", text: `[The user attached a ${part.type} that this agent cannot read.]` }];
}
