/** Questions and approvals that the agent waits for, and how an answer over AG-UI becomes one for Claude Code. Pure. */
import type { CanUseTool, PermissionResult, PermissionUpdate } from "@anthropic-ai/claude-agent-sdk";
import type { Interrupt, ResumeEntry } from "@ag-ui/core";
import { z } from "zod";

export const QUESTION_TOOL = "AskUserQuestion";

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

export interface Ask {
  readonly interrupt: Interrupt;
  readonly toolName: string;
  readonly input: Record<string, unknown>;
  readonly suggestions: readonly PermissionUpdate[];
  resolve(result: PermissionResult): void;
}

type AskOptions = Parameters<CanUseTool>[2];

/** The interrupt by which AG-UI asks. */
export function interruptFor(
  id: string,
  toolName: string,
  input: Record<string, unknown>,
  toolCallId: string,
  options: Pick<AskOptions, "title" | "decisionReason" | "blockedPath">,
): Interrupt {
  const questions = toolName === QUESTION_TOOL ? Questions.input.safeParse(input) : undefined;
  if (questions?.success === true)
    return {
      id,
      reason: "question",
      message: questions.data.questions.map((each) => each.question).join("\n"),
      toolCallId,
      responseSchema: z.toJSONSchema(Questions.answers),
      metadata: { questions: questions.data.questions },
    };
  return {
    id,
    reason: "tool_approval",
    message: options.title ?? `Allow ${toolName}?`,
    toolCallId,
    responseSchema: z.toJSONSchema(ToolDecision),
    metadata: {
      toolName,
      input,
      ...(options.decisionReason === undefined ? {} : { decisionReason: options.decisionReason }),
      ...(options.blockedPath === undefined ? {} : { blockedPath: options.blockedPath }),
    },
  };
}

/** What Claude Code is told. A payload that cannot be read is no permission. */
export function resultFor(ask: Ask, entry: ResumeEntry): PermissionResult {
  if (entry.status === "cancelled") return { behavior: "deny", message: "The user cancelled.", interrupt: true };
  if (ask.interrupt.reason === "question") {
    const answers = Questions.answers.safeParse(entry.payload);
    if (answers.success) return { behavior: "allow", updatedInput: { ...ask.input, answers: answers.data.answers } };
    return { behavior: "deny", message: "The user's answer could not be read; ask again." };
  }
  const decision = ToolDecision.safeParse(entry.payload);
  if (!decision.success || decision.data.decision === "deny") {
    const message = decision.success ? decision.data.message : undefined;
    return {
      behavior: "deny",
      message: message === undefined || message === "" ? "The user did not allow this." : message,
    };
  }
  const updatedInput = decision.data.input ?? ask.input;
  if (decision.data.decision === "allow_once") return { behavior: "allow", updatedInput };
  return { behavior: "allow", updatedInput, updatedPermissions: lastingPermission(ask) };
}

/** For this session alone: nothing is written where another session would find it. */
function lastingPermission(ask: Ask): PermissionUpdate[] {
  const suggested = ask.suggestions.map((update): PermissionUpdate => ({ ...update, destination: "session" }));
  if (suggested.length > 0) return suggested;
  return [{ type: "addRules", rules: [{ toolName: ask.toolName }], behavior: "allow", destination: "session" }];
}

/**
 * What "always" is remembered for. Claude Code's own rules do not cover every call that it asks about (a redirection into
 * a file, for one), so the same command, file or address is not asked about twice.
 */
export function lastingKey(toolName: string, input: Readonly<Record<string, unknown>>): string {
  const subject = input["command"] ?? input["file_path"] ?? input["notebook_path"] ?? input["url"] ?? "";
  return `${toolName} ${JSON.stringify(subject)}`;
}

export function isLasting(entry: ResumeEntry): boolean {
  const decision = ToolDecision.safeParse(entry.payload);
  return entry.status === "resolved" && decision.success && decision.data.decision === "allow_always";
}

/** The user spoke instead of answering: the agent hears it in place of the answer. */
export function resultForWords(ask: Ask, words: string): PermissionResult {
  const about = ask.interrupt.reason === "question" ? "did not choose an answer" : `did not allow ${ask.toolName} yet`;
  return { behavior: "deny", message: `The user ${about}, and says: ${words}` };
}
