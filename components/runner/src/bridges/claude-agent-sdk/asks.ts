/** Questions and approvals that the agent waits for, and how an answer over AG-UI becomes one for Claude Code. Pure. */
import type { CanUseTool, PermissionResult, PermissionUpdate } from "@anthropic-ai/claude-agent-sdk";
import type { Interrupt, ResumeEntry } from "@ag-ui/core";
import {
  ANSWER_UNREADABLE,
  approvalInterrupt,
  questionInterrupt,
  Questions,
  refusalWords,
  ToolDecision,
  wordsInsteadOfAnswer,
} from "../common/asks.ts";

import { childSessionDecision, childSessionInterrupt, declinedWords } from "../../platform/child-session.ts";
import { START_SESSION } from "./platform-tools.ts";

export const QUESTION_TOOL = "AskUserQuestion";

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
  const session = toolName === START_SESSION ? childSessionInterrupt(id, toolCallId, input) : undefined;
  if (session !== undefined) return session;
  const questions = toolName === QUESTION_TOOL ? Questions.input.safeParse(input) : undefined;
  if (questions?.success === true) return questionInterrupt({ id, toolCallId }, questions.data);
  const call = { toolName, input, title: options.title };
  return approvalInterrupt({ id, toolCallId }, call, {
    ...(options.decisionReason === undefined ? {} : { decisionReason: options.decisionReason }),
    ...(options.blockedPath === undefined ? {} : { blockedPath: options.blockedPath }),
  });
}

/** What Claude Code is told. A payload that cannot be read is no permission. */
export function resultFor(ask: Ask, entry: ResumeEntry): PermissionResult {
  if (entry.status === "cancelled") return { behavior: "deny", message: "The user cancelled.", interrupt: true };
  if (ask.interrupt.reason === "question") {
    const answers = Questions.answers.safeParse(entry.payload);
    if (answers.success) return { behavior: "allow", updatedInput: { ...ask.input, answers: answers.data.answers } };
    return { behavior: "deny", message: ANSWER_UNREADABLE };
  }
  if (ask.interrupt.reason === "child_session") {
    const answer = childSessionDecision(entry);
    return answer.decision === "deny"
      ? { behavior: "deny", message: declinedWords(answer) }
      : { behavior: "allow", updatedInput: { ...ask.input, sessionName: answer.sessionName } };
  }
  const decision = ToolDecision.safeParse(entry.payload);
  if (!decision.success || decision.data.decision === "deny") {
    return { behavior: "deny", message: refusalWords(decision.success ? decision.data.message : undefined) };
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

/** The user spoke instead of answering: the agent hears it in place of the answer. */
export function resultForWords(ask: Ask, words: string): PermissionResult {
  return { behavior: "deny", message: wordsInsteadOfAnswer(ask.interrupt.reason, ask.toolName, words) };
}
