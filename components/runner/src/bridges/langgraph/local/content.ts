/** What the user says, in the form in which LangChain takes it. */
import { HumanMessage, type ContentBlock } from "@langchain/core/messages";
import type { ContentPart, Message } from "@ag-ui/core";

/** All new messages as one: providers want user and assistant to take turns. */
export function humanMessage(id: string, messages: readonly Message[]): HumanMessage | undefined {
  const blocks = messages.flatMap((message): ContentBlock[] => {
    if (message.role !== "user" && message.role !== "system" && message.role !== "developer") return [];
    if (typeof message.content === "string") return [{ type: "text", text: message.content }];
    return message.content.map(blockOf);
  });
  const [only] = blocks;
  if (only === undefined) return undefined;
  const text = blocks.length === 1 && only.type === "text" ? only["text"] : undefined;
  return new HumanMessage({ id, content: typeof text === "string" ? text : blocks });
}

function blockOf(part: ContentPart): ContentBlock {
  if (part.type === "text") return { type: "text", text: part.text };
  const { source } = part;
  if (part.type === "image" && source.type === "url") return { type: "image_url", image_url: { url: source.value } };
  if (part.type === "image" && source.type === "data")
    return { type: "image_url", image_url: { url: `data:${source.mimeType};base64,${source.value}` } };
  return { type: "text", text: `[The user attached a ${part.type} that this agent cannot read.]` };
}
