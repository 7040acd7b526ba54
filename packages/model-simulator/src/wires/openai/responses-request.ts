// Reads OpenAI's responses request into a conversation.
import { z } from "zod";
import type { Conversation, Message, Part } from "../../conversation.ts";
import { BadRequest } from "../wire.ts";
import { contentParts, Json, parseArguments, partsText, refuse } from "./chat-request.ts";

const Item = z.looseObject({
  type: z.string().optional(),
  role: z.string().optional(),
  content: z.union([z.string(), z.array(z.looseObject({ type: z.string(), text: z.string().optional() }))]).nullish(),
  call_id: z.string().optional(),
  name: z.string().optional(),
  arguments: z.string().optional(),
  output: z.union([z.string(), z.array(z.looseObject({ text: z.string().optional() }))]).optional(),
});

const ResponsesRequest = z.looseObject({
  model: z.string().min(1),
  stream: z.boolean().nullish(),
  instructions: z.string().nullish(),
  input: z.union([z.string(), z.array(Item).min(1)]),
  previous_response_id: z.string().nullish(),
  tools: z
    .array(
      z.looseObject({
        type: z.string(),
        name: z.string().optional(),
        description: z.string().nullish(),
        parameters: Json.nullish(),
      }),
    )
    .nullish(),
  reasoning: z.looseObject({ summary: z.string().nullish() }).nullish(),
  text: z.looseObject({ format: z.looseObject({ schema: Json.optional() }).optional() }).nullish(),
});

function toMessage(item: z.output<typeof Item>): Message {
  if (item.type === "function_call") {
    const input = parseArguments(item.arguments ?? "");
    return {
      role: "assistant",
      parts: [{ type: "tool_call", id: item.call_id ?? "", name: item.name ?? "", input }],
    };
  }
  if (item.type === "function_call_output") {
    const output = item.output ?? "";
    const text = typeof output === "string" ? output : output.map((part) => part.text ?? "").join("\n");
    return { role: "user", parts: [{ type: "tool_result", callId: item.call_id ?? "", text, isError: false }] };
  }
  if (item.type === "reasoning") return { role: "assistant", parts: [{ type: "other", kind: "reasoning" }] };
  const parts: Part[] = contentParts(item.content);
  return { role: item.role === "assistant" ? "assistant" : "user", parts };
}

export function parseResponsesRequest(body: unknown): Conversation {
  const parsed = ResponsesRequest.safeParse(body);
  if (!parsed.success) refuse(parsed.error);
  const { data } = parsed;
  if (data.previous_response_id !== null && data.previous_response_id !== undefined) {
    throw new BadRequest("previous_response_id: this simulator keeps no responses; send the whole input");
  }
  const items = typeof data.input === "string" ? [{ role: "user", content: data.input }] : data.input;
  const isSystem = (item: z.output<typeof Item>): boolean => item.role === "system" || item.role === "developer";
  const system = items.filter(isSystem).map((item) => partsText(contentParts(item.content)));
  const responseSchema = data.text?.format?.schema;
  return {
    wire: "openai-responses",
    model: data.model,
    stream: data.stream === true,
    thinking: data.reasoning?.summary !== null && data.reasoning?.summary !== undefined,
    system: [data.instructions ?? "", ...system].join("\n"),
    messages: items.filter((item) => !isSystem(item)).map(toMessage),
    tools: (data.tools ?? []).flatMap((one) =>
      one.name === undefined
        ? []
        : [{ name: one.name, description: one.description ?? "", inputSchema: one.parameters ?? {} }],
    ),
    ...(responseSchema ? { responseSchema } : {}),
  };
}
