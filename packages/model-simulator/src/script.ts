// The form of a script: rules that look at the conversation, and the replies they give. Read from YAML or made in TypeScript.
import { z } from "zod";
import type { Conversation, Turn } from "./conversation.ts";
import type { Reply } from "./reply.ts";

/** `text` finds a part, ignoring case; `/expression/flags` is a regular expression. */
const patternSchema = z
  .string()
  .min(1)
  .transform((source, context): RegExp => {
    const written = /^\/(.*)\/([dgimsuvy]*)$/s.exec(source);
    try {
      return written
        ? new RegExp(written[1] ?? "", (written[2] ?? "").replaceAll(/[gy]/g, ""))
        : new RegExp(source.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&"), "i");
    } catch (error) {
      context.addIssue({ code: "custom", message: `not a regular expression: ${String(error)}` });
      return z.NEVER;
    }
  });

const paceSchema = z.strictObject({
  chunk: z.int().min(1).optional(),
  delay: z.number().min(0).optional(),
});

const errorSchema = z.strictObject({
  status: z.int().min(400).max(599),
  type: z.string().optional(),
  message: z.string().optional(),
  retryAfterSeconds: z.number().min(0).optional(),
});

const blockSchema = z.union([
  z.strictObject({ text: z.string(), ...paceSchema.shape }),
  z.strictObject({ thinking: z.string(), ...paceSchema.shape }),
  z.strictObject({
    tool: z.string().min(1),
    input: z.record(z.string(), z.unknown()).default({}),
    id: z.string().optional(),
    ...paceSchema.shape,
  }),
  z.strictObject({ pause: z.union([z.number().min(0), z.literal("forever")]) }),
  z.strictObject({ break: z.literal(true) }),
  z.strictObject({ fail: errorSchema }),
]);

const usageSchema = z.strictObject({
  inputTokens: z.int().min(0).optional(),
  cacheReadTokens: z.int().min(0).optional(),
  cacheWriteTokens: z.int().min(0).optional(),
  outputTokens: z.int().min(0).optional(),
});

/** A step is one answer of the model: a text, some blocks, blocks with numbers, or an error. */
const stepSchema = z.union([
  z.string(),
  z.array(blockSchema).min(1),
  z.strictObject({
    blocks: z.array(blockSchema),
    stopReason: z.enum(["end_turn", "tool_use", "max_tokens", "stop_sequence", "refusal", "pause_turn"]).optional(),
    usage: usageSchema.optional(),
    pace: paceSchema.optional(),
    firstDelay: z.number().min(0).optional(),
  }),
  z.strictObject({ error: errorSchema }),
]);

const whenSchema = z.strictObject({
  /** The user's last words. */
  prompt: patternSchema.optional(),
  system: patternSchema.optional(),
  model: patternSchema.optional(),
  /** Names of tools that the request must offer. */
  tools: z.array(z.string()).optional(),
  /** Whether the request offers any tool at all. */
  anyTool: z.boolean().optional(),
  /** Which prompt of the conversation, from 1. */
  turn: z.int().min(1).optional(),
  /** Which reply since that prompt, from 0. Rules with one step and no `step` answer step 0. */
  step: z.int().min(0).optional(),
  /** Text of a tool's result in the last message. */
  result: patternSchema.optional(),
  /** Whether a result in the last message is an error. */
  resultIsError: z.boolean().optional(),
  wire: z.enum(["anthropic", "gemini", "openai-chat", "openai-responses"]).optional(),
});

const ruleSchema = z.strictObject({
  name: z.string().optional(),
  when: whenSchema.default({}),
  /** The n-th step answers when the model has given n replies since the prompt. */
  steps: z.array(stepSchema).min(1),
  /** After so many answers the rule is used up, and the rules below it are asked. */
  times: z.int().min(1).optional(),
});

export const scriptFileSchema = z.strictObject({
  name: z.string().default("script"),
  description: z.string().optional(),
  pace: paceSchema.optional(),
  rules: z.array(ruleSchema).min(1),
});

export type ScriptFile = z.output<typeof scriptFileSchema>;
export type ScriptRule = ScriptFile["rules"][number];
export type ScriptStep = z.output<typeof stepSchema>;
export type ScriptBlock = z.output<typeof blockSchema>;
export type ScriptPace = z.output<typeof paceSchema>;

export interface Answer {
  readonly reply: Reply;
  /** Name of the rule that gave it, for logs and tests. */
  readonly rule: string;
}

/** What drives a simulated model: the first script that answers is heard. */
export interface Script {
  readonly name: string;
  answer(conversation: Conversation, turn: Turn): Answer | undefined;
}
