// Reads Gemini's generateContent request into a conversation.
import { z } from "zod";
import type { Conversation, Message, Part } from "../../conversation.ts";
import { BadRequest } from "../wire.ts";

const Json = z.record(z.string(), z.unknown());

const GeminiPart = z.looseObject({
  text: z.string().optional(),
  thought: z.boolean().optional(),
  functionCall: z.looseObject({ id: z.string().optional(), name: z.string(), args: Json.optional() }).optional(),
  functionResponse: z
    .looseObject({ id: z.string().optional(), name: z.string(), response: Json.optional() })
    .optional(),
});

const GeminiContent = z.looseObject({ role: z.string().optional(), parts: z.array(GeminiPart).default([]) });

const GeminiRequest = z.looseObject({
  contents: z.union([z.array(GeminiContent), GeminiContent]),
  systemInstruction: z.union([z.string(), GeminiContent]).optional(),
  tools: z
    .array(
      z.looseObject({
        functionDeclarations: z
          .array(
            z.looseObject({
              name: z.string(),
              description: z.string().optional(),
              parameters: Json.optional(),
              parametersJsonSchema: Json.optional(),
            }),
          )
          .optional(),
      }),
    )
    .optional(),
  generationConfig: z
    .looseObject({
      thinkingConfig: z.looseObject({ includeThoughts: z.boolean().optional() }).optional(),
      responseSchema: Json.optional(),
      responseJsonSchema: Json.optional(),
    })
    .optional(),
});

function resultText(response: Readonly<Record<string, unknown>>): string {
  const said = response["output"] ?? response["result"] ?? response["error"] ?? response;
  return typeof said === "string" ? said : JSON.stringify(said);
}

function toPart(part: z.output<typeof GeminiPart>): Part {
  const { text, thought, functionCall, functionResponse } = part;
  if (functionCall) {
    // Without an id of its own a call is known by its name alone.
    return { type: "tool_call", id: functionCall.id ?? "", name: functionCall.name, input: functionCall.args ?? {} };
  }
  if (functionResponse) {
    const response = functionResponse.response ?? {};
    return {
      type: "tool_result",
      callId: functionResponse.id ?? "",
      name: functionResponse.name,
      text: resultText(response),
      isError: "error" in response,
    };
  }
  if (text !== undefined && thought !== true) return { type: "text", text };
  return { type: "other", kind: thought === true ? "thought" : "data" };
}

export function parseGenerateRequest(model: string, stream: boolean, body: unknown): Conversation {
  const parsed = GeminiRequest.safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new BadRequest(`${issue?.path.join(".") || "body"}: ${issue?.message ?? "not a valid request"}`);
  }
  const { contents, systemInstruction, tools, generationConfig } = parsed.data;
  const list = Array.isArray(contents) ? contents : [contents];
  if (list.length === 0) throw new BadRequest("contents is not specified");
  const messages = list.map((content): Message => ({
    role: content.role === "model" ? "assistant" : "user",
    parts: content.parts.map(toPart),
  }));
  const system =
    typeof systemInstruction === "string"
      ? systemInstruction
      : (systemInstruction?.parts ?? []).map((part) => part.text ?? "").join("\n");
  const responseSchema = generationConfig?.responseJsonSchema ?? generationConfig?.responseSchema;
  return {
    wire: "gemini",
    model,
    stream,
    thinking: generationConfig?.thinkingConfig?.includeThoughts === true,
    system,
    messages,
    tools: (tools ?? []).flatMap((group) =>
      (group.functionDeclarations ?? []).map((one) => ({
        name: one.name,
        description: one.description ?? "",
        inputSchema: one.parametersJsonSchema ?? one.parameters ?? {},
      })),
    ),
    ...(responseSchema ? { responseSchema } : {}),
  };
}
