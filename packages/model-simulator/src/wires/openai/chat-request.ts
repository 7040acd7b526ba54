// Reads OpenAI's chat completion request into a conversation.
import { z } from "zod";
import type { Conversation, Message, Part } from "../../conversation.ts";
import { BadRequest } from "../wire.ts";

export const Json = z.record(z.string(), z.unknown());

const Content = z
  .union([z.string(), z.array(z.looseObject({ type: z.string(), text: z.string().optional() }))])
  .nullish();

const ChatMessage = z.looseObject({
  role: z.enum(["system", "developer", "user", "assistant", "tool"]),
  content: Content,
  tool_calls: z
    .array(z.looseObject({ id: z.string(), function: z.looseObject({ name: z.string(), arguments: z.string() }) }))
    .nullish(),
  tool_call_id: z.string().optional(),
});

const ChatRequest = z.looseObject({
  model: z.string().min(1),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().optional() }).nullish(),
  messages: z.array(ChatMessage).min(1),
  tools: z
    .array(
      z.looseObject({
        function: z
          .looseObject({ name: z.string(), description: z.string().optional(), parameters: Json.optional() })
          .optional(),
      }),
    )
    .nullish(),
  response_format: z.looseObject({ json_schema: z.looseObject({ schema: Json.optional() }).optional() }).nullish(),
});

/** Models write arguments as text; a text that is no JSON object counts as an empty one. */
export function parseArguments(text: string): Record<string, unknown> {
  try {
    const parsed = Json.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : {};
  } catch {
    return {};
  }
}

export function contentParts(content: z.output<typeof Content>): Part[] {
  if (content === null || content === undefined) return [];
  if (typeof content === "string") return content === "" ? [] : [{ type: "text", text: content }];
  return content.map((part): Part =>
    part.text === undefined ? { type: "other", kind: part.type } : { type: "text", text: part.text },
  );
}

export function partsText(parts: readonly Part[]): string {
  return parts.map((part) => (part.type === "text" ? part.text : "")).join("\n");
}

export function refuse(error: z.ZodError): never {
  const [issue] = error.issues;
  throw new BadRequest(`${issue?.path.join(".") || "body"}: ${issue?.message ?? "not a valid request"}`);
}

export function parseChatRequest(body: unknown): Conversation {
  const parsed = ChatRequest.safeParse(body);
  if (!parsed.success) refuse(parsed.error);
  const { data } = parsed;
  const system: string[] = [];
  const messages: Message[] = [];
  for (const { role, content, tool_calls, tool_call_id } of data.messages) {
    const parts = contentParts(content);
    if (role === "system" || role === "developer") system.push(partsText(parts));
    else if (role === "tool") {
      const result: Part = { type: "tool_result", callId: tool_call_id ?? "", text: partsText(parts), isError: false };
      messages.push({ role: "user", parts: [result] });
    } else if (role === "assistant") {
      const calls = (tool_calls ?? []).map((call): Part => ({
        type: "tool_call",
        id: call.id,
        name: call.function.name,
        input: parseArguments(call.function.arguments),
      }));
      messages.push({ role, parts: [...parts, ...calls] });
    } else messages.push({ role, parts });
  }
  const responseSchema = data.response_format?.json_schema?.schema;
  return {
    wire: "openai-chat",
    model: data.model,
    stream: data.stream === true,
    thinking: false,
    reportUsage: data.stream_options?.include_usage === true,
    system: system.join("\n"),
    messages,
    tools: (data.tools ?? []).flatMap(({ function: one }) =>
      one ? [{ name: one.name, description: one.description ?? "", inputSchema: one.parameters ?? {} }] : [],
    ),
    ...(responseSchema ? { responseSchema } : {}),
  };
}
