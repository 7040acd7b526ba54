// Reads Anthropic's Messages request (POST /v1/messages) into a conversation.
import { z } from "zod";
import type { Conversation, Message, Part } from "../../conversation.ts";
import { BadRequest } from "../wire.ts";

const textBlock = z.looseObject({ type: z.literal("text"), text: z.string() });

const contentBlock = z.union([
  textBlock,
  z.looseObject({
    type: z.literal("tool_use"),
    id: z.string().min(1),
    name: z.string().min(1),
    input: z.record(z.string(), z.unknown()),
  }),
  z.looseObject({
    type: z.literal("tool_result"),
    tool_use_id: z.string().min(1),
    content: z
      .union([z.string(), z.array(z.looseObject({ type: z.string(), text: z.string().optional() }))])
      .optional(),
    is_error: z.boolean().optional(),
  }),
  z.looseObject({ type: z.string() }),
]);

const content = z.union([z.string(), z.array(contentBlock)]);

const requestSchema = z.looseObject({
  model: z.string().min(1),
  max_tokens: z.int().min(1).optional(),
  stream: z.boolean().optional(),
  system: z.union([z.string(), z.array(textBlock)]).optional(),
  messages: z.array(z.looseObject({ role: z.enum(["user", "assistant", "system"]), content })).min(1),
  tools: z
    .array(
      z.looseObject({
        name: z.string(),
        description: z.string().optional(),
        input_schema: z.record(z.string(), z.unknown()).optional(),
      }),
    )
    .optional(),
  thinking: z.looseObject({ type: z.string() }).optional(),
  output_config: z
    .looseObject({ format: z.looseObject({ schema: z.record(z.string(), z.unknown()).optional() }).optional() })
    .optional(),
});

type AnthropicBlock = z.output<typeof contentBlock>;

function isText(block: AnthropicBlock): block is z.output<typeof textBlock> {
  return block.type === "text" && typeof block.text === "string";
}

function toPart(block: AnthropicBlock): Part {
  if (isText(block)) return { type: "text", text: block.text };
  if ("name" in block && "input" in block && block.type === "tool_use") {
    const call = z.object({ id: z.string(), name: z.string(), input: z.record(z.string(), z.unknown()) }).parse(block);
    return { type: "tool_call", ...call };
  }
  if (block.type === "tool_result") {
    const result = z
      .object({
        tool_use_id: z.string(),
        content: z.union([z.string(), z.array(z.looseObject({ text: z.string().optional() }))]).default(""),
        is_error: z.boolean().default(false),
      })
      .parse(block);
    const text =
      typeof result.content === "string" ? result.content : result.content.map((one) => one.text ?? "").join("\n");
    return { type: "tool_result", callId: result.tool_use_id, text, isError: result.is_error };
  }
  return { type: "other", kind: block.type };
}

/** The API refuses a call without its result, and a result without its call: agents' bugs show here. */
export function checkToolPairs(messages: readonly Message[]): void {
  let open = new Set<string>();
  for (const [index, message] of messages.entries()) {
    const results = message.parts.filter((part) => part.type === "tool_result");
    for (const { callId } of results) {
      if (!open.delete(callId)) {
        throw new BadRequest(
          `messages.${index}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${callId}. ` +
            "Each `tool_result` block must have a corresponding `tool_use` block in the previous message.",
        );
      }
    }
    if (open.size > 0) {
      throw new BadRequest(
        `messages.${index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ` +
          `${[...open].join(", ")}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
      );
    }
    open = new Set(message.parts.filter((part) => part.type === "tool_call").map((part) => part.id));
  }
}

/** Consecutive messages of one role count as one, as the API treats them. */
function merge(messages: readonly Message[]): Message[] {
  const merged: Message[] = [];
  for (const message of messages) {
    const last = merged.at(-1);
    if (last?.role === message.role) merged[merged.length - 1] = { ...last, parts: [...last.parts, ...message.parts] };
    else merged.push(message);
  }
  return merged;
}

export function parseMessagesRequest(body: unknown): Conversation {
  const parsed = requestSchema.safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new BadRequest(`${issue?.path.join(".") || "body"}: ${issue?.message ?? "not a valid request"}`);
  }
  const { data } = parsed;
  const system = typeof data.system === "string" ? data.system : (data.system ?? []).map((one) => one.text).join("\n");
  const inline: string[] = [];
  const messages: Message[] = [];
  for (const { role, content } of data.messages) {
    const parts = typeof content === "string" ? [{ type: "text", text: content } as const] : content.map(toPart);
    if (role === "system") inline.push(...parts.map((part) => (part.type === "text" ? part.text : "")));
    else messages.push({ role, parts });
  }
  const merged = merge(messages);
  checkToolPairs(merged);
  const responseSchema = data.output_config?.format?.schema;
  return {
    wire: "anthropic",
    model: data.model,
    stream: data.stream ?? false,
    thinking: data.thinking !== undefined && data.thinking.type !== "disabled",
    system: [system, ...inline].join("\n"),
    messages: merged,
    tools: (data.tools ?? []).map((one) => ({
      name: one.name,
      description: one.description ?? "",
      inputSchema: one.input_schema ?? {},
    })),
    ...(responseSchema ? { responseSchema } : {}),
  };
}
