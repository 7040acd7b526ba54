/** A tool's result as an AG-UI event: text and images; whether it failed and how long it took are metadata. */
import { EventType, type Event } from "@pilothouse/agui";
import type { ContentPart } from "@ag-ui/core";
import type { SDKUserMessage } from "@anthropic-ai/claude-agent-sdk";

type UserBlock = Exclude<SDKUserMessage["message"]["content"], string>[number];
export type ToolResultBlock = Extract<UserBlock, { type: "tool_result" }>;

export interface ToolResultContext {
  readonly toolCallId: string;
  readonly messageId: string;
  /** Milliseconds since the call was made. */
  readonly duration: number | undefined;
  /** The tool's own output; its shape is the tool's. */
  readonly output: unknown;
}

const LARGEST_PATCH = 64 * 1024;

export function toolResultEvent(block: ToolResultBlock, context: ToolResultContext): Event {
  const patch = patchOf(context.output);
  const metadata = {
    ...(context.duration === undefined ? {} : { durationMs: Math.round(context.duration) }),
    ...(block.is_error === true ? { isError: true } : {}),
    ...(patch === undefined ? {} : { structuredPatch: patch }),
  };
  return {
    type: EventType.TOOL_CALL_RESULT,
    messageId: context.messageId,
    toolCallId: context.toolCallId,
    role: "tool",
    content: contentOf(block.content),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
  };
}

function contentOf(content: ToolResultBlock["content"]): string | ContentPart[] {
  if (content === undefined) return "";
  if (typeof content === "string") return content;
  const parts = content.flatMap((block): ContentPart[] => {
    if (block.type === "text") return [{ type: "text", text: block.text }];
    if (block.type !== "image") return [];
    const { source } = block;
    if (source.type === "base64")
      return [{ type: "image", source: { type: "data", value: source.data, mimeType: source.media_type } }];
    return source.type === "url" ? [{ type: "image", source: { type: "url", value: source.url } }] : [];
  });
  const onlyText = parts.every((part) => part.type === "text");
  return onlyText ? parts.map((part) => (part.type === "text" ? part.text : "")).join("\n") : parts;
}

/** Edits come with the hunks that they made, which a reader cannot work out from the arguments alone. */
function patchOf(output: unknown): unknown {
  if (typeof output !== "object" || output === null || !("structuredPatch" in output)) return undefined;
  const patch = output.structuredPatch;
  return Array.isArray(patch) && JSON.stringify(patch).length <= LARGEST_PATCH ? patch : undefined;
}
