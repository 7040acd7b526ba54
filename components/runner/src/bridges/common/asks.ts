/** Questions and approvals over AG-UI, in the form that every client knows: what is asked, and how an answer is read. Pure. */
import type { Interrupt, ResumeEntry } from "@ag-ui/core";
import { z } from "zod";

const Question = z.object({
  question: z.string(),
  header: z.string().default(""),
  options: z.array(z.object({ label: z.string(), description: z.string().default("") })).default([]),
  multiSelect: z.boolean().default(false),
});

export const Questions = {
  input: z.looseObject({ questions: z.array(Question).min(1) }),
  answers: z.looseObject({ answers: z.record(z.string(), z.string()) }),
};

export const ToolDecision = z.object({
  decision: z.enum(["allow_once", "allow_always", "deny"]),
  message: z.string().optional(),
  input: z.record(z.string(), z.unknown()).optional(),
});
export type ToolDecision = z.infer<typeof ToolDecision>;

interface Asked {
  readonly id: string;
  readonly toolCallId?: string;
}

export function questionInterrupt(asked: Asked, { questions }: z.infer<typeof Questions.input>): Interrupt {
  return {
    ...asked,
    reason: "question",
    message: questions.map((each) => each.question).join("\n"),
    responseSchema: z.toJSONSchema(Questions.answers),
    metadata: { questions },
  };
}

export function approvalInterrupt(
  asked: Asked,
  call: { toolName: string; input: Readonly<Record<string, unknown>>; title?: string | undefined },
  more: Readonly<Record<string, unknown>> = {},
): Interrupt {
  const { toolName, input } = call;
  return {
    ...asked,
    reason: "tool_approval",
    message: call.title ?? `Allow ${toolName}?`,
    responseSchema: z.toJSONSchema(ToolDecision),
    metadata: { toolName, input, ...more },
  };
}

/**
 * What "always" is remembered for: the same command, file or address is not asked about twice, and nothing else is
 * allowed with it.
 */
export function lastingKey(toolName: string, input: Readonly<Record<string, unknown>>): string {
  const subject = input["command"] ?? input["file_path"] ?? input["notebook_path"] ?? input["url"] ?? "";
  return `${toolName} ${JSON.stringify(subject)}`;
}

export function isLasting(entry: ResumeEntry): boolean {
  const decision = ToolDecision.safeParse(entry.payload);
  return entry.status === "resolved" && decision.success && decision.data.decision === "allow_always";
}

/** What the agent hears when the user did not allow a tool. */
export function refusalWords(message: string | undefined): string {
  return message === undefined || message === "" ? "The user did not allow this." : message;
}

/** The user spoke instead of answering: the agent hears it in place of the answer. */
export function wordsInsteadOfAnswer(reason: string, toolName: string, words: string): string {
  const about = reason === "question" ? "did not choose an answer" : `did not allow ${toolName} yet`;
  return `The user ${about}, and says: ${words}`;
}

export const ANSWER_UNREADABLE = "The user's answer could not be read; ask again.";

/** Answers to questions that a restarted agent no longer waits for, told in words. */
export function answersInWords(interrupts: readonly Interrupt[], resume: readonly ResumeEntry[]): string {
  const lines = resume.flatMap((entry) => {
    const asked = interrupts.find((interrupt) => interrupt.id === entry.interruptId);
    if (entry.status === "cancelled") return ["I do not want to answer your question. Please stop here."];
    if (asked?.reason === "question") {
      const answers = Questions.answers.safeParse(entry.payload);
      if (answers.success)
        return Object.entries(answers.data.answers).map(([question, answer]) => `${question} ${answer}`);
    }
    const decision = ToolDecision.safeParse(entry.payload);
    const tool = typeof asked?.metadata?.["toolName"] === "string" ? asked.metadata["toolName"] : "the tool";
    if (!decision.success) return [];
    return [
      decision.data.decision === "deny"
        ? `I do not allow ${tool}. ${decision.data.message ?? ""}`
        : `I allow ${tool}; please go on.`,
    ];
  });
  return lines.join("\n");
}
