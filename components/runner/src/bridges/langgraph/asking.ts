/**
 * What the graph asks people, and what it hears: the value of a LangGraph interrupt, and the value that resumes it. Both
 * are kept by the checkpointer, so they are plain data.
 */
import type { Interrupt, Message, ResumeEntry } from "@ag-ui/core";
import { z } from "zod";
import { childSessionDecision, childSessionInterrupt, declinedWords } from "../../platform/child-session.ts";
import { wordsInsteadOfResult, type ClientResult } from "../common/client-tools.ts";
import {
  ANSWER_UNREADABLE,
  approvalInterrupt,
  questionInterrupt,
  Questions,
  refusalWords,
  ToolDecision,
  wordsInsteadOfAnswer,
} from "../common/asks.ts";

export const Ask = z.object({
  kind: z.enum(["question", "tool_approval", "child_session", "client_tool"]),
  toolCallId: z.string(),
  toolName: z.string(),
  input: z.record(z.string(), z.unknown()),
});
export type Ask = z.infer<typeof Ask>;

export const Answer = z.discriminatedUnion("type", [
  z.object({ type: z.literal("answers"), answers: z.record(z.string(), z.string()) }),
  z.object({
    type: z.literal("allowed"),
    always: z.boolean(),
    input: z.record(z.string(), z.unknown()).optional(),
  }),
  z.object({ type: z.literal("started"), sessionName: z.string() }),
  z.object({ type: z.literal("refused"), words: z.string() }),
  z.object({ type: z.literal("result"), text: z.string(), isError: z.boolean() }),
]);
export type Answer = z.infer<typeof Answer>;

/** What the graph was resumed with; anything else is no permission. */
export function answerOf(value: unknown): Answer {
  const parsed = Answer.safeParse(value);
  return parsed.success ? parsed.data : { type: "refused", words: ANSWER_UNREADABLE };
}

/** A question of the graph that waits. */
export interface Waiting {
  /** LangGraph's id of the interrupt. */
  readonly id: string;
  readonly ask: Ask;
  /** True when another graph asks, in words of its own: it hears the user's words as they are. */
  readonly foreign?: boolean;
}

/** What a graph that we did not make asks: a text, or something that holds one. */
export function waitingOf(id: string, value: unknown): Waiting {
  const own = Ask.safeParse(value);
  if (own.success) return { id, ask: own.data };
  const words = z
    .looseObject({ question: z.string().optional(), message: z.string().optional() })
    .safeParse(value).data;
  const question = typeof value === "string" ? value : (words?.question ?? words?.message ?? JSON.stringify(value));
  const input = { questions: [{ question, header: "", options: [], multiSelect: false }] };
  return { id, foreign: true, ask: { kind: "question", toolCallId: "", toolName: "", input } };
}

/** What the graph is resumed with. */
export function resumeValue({ foreign }: Waiting, answer: Answer): unknown {
  if (foreign !== true) return answer;
  if (answer.type === "answers") return Object.values(answer.answers).join("\n");
  return answer.type === "refused" ? answer.words : true;
}

export function interruptOf({ id, ask }: Waiting, toolCallId: string): Interrupt {
  const session = ask.kind === "child_session" ? childSessionInterrupt(id, toolCallId, ask.input) : undefined;
  if (session !== undefined) return session;
  const questions = ask.kind === "question" ? Questions.input.safeParse(ask.input) : undefined;
  const asked = { id, ...(toolCallId === "" ? {} : { toolCallId }) };
  if (questions?.success === true) return questionInterrupt(asked, questions.data);
  return approvalInterrupt(asked, { toolName: ask.toolName, input: ask.input });
}

/** What an answer over AG-UI says to the graph. */
export function answerTo({ ask, foreign }: Waiting, entry: ResumeEntry | undefined, words: string): Answer {
  if (entry === undefined && foreign === true) return { type: "refused", words };
  if (entry === undefined) return { type: "refused", words: wordsInsteadOfAnswer(ask.kind, ask.toolName, words) };
  if (entry.status === "cancelled") return { type: "refused", words: "The user cancelled." };
  if (ask.kind === "question") {
    const read = Questions.answers.safeParse(entry.payload);
    return read.success
      ? { type: "answers", answers: read.data.answers }
      : { type: "refused", words: ANSWER_UNREADABLE };
  }
  if (ask.kind === "child_session") {
    const decided = childSessionDecision(entry);
    return decided.decision === "allow"
      ? { type: "started", sessionName: decided.sessionName }
      : { type: "refused", words: declinedWords(decided) };
  }
  const decision = ToolDecision.safeParse(entry.payload);
  if (!decision.success || decision.data.decision === "deny")
    return { type: "refused", words: refusalWords(decision.success ? decision.data.message : undefined) };
  const { input } = decision.data;
  return {
    type: "allowed",
    always: decision.data.decision === "allow_always",
    ...(input === undefined ? {} : { input }),
  };
}

/** What the client says to a call of its tool; undefined when it says nothing. */
export function resultOf(result: ClientResult | undefined, words: string): Answer | undefined {
  if (result !== undefined) return { type: "result", text: result.text, isError: result.isError };
  return words === "" ? undefined : { type: "refused", words: wordsInsteadOfResult(words) };
}

/** The text of the user's new messages. */
export function wordsOf(messages: readonly Message[]): string {
  return messages
    .flatMap((message) => {
      if (message.role !== "user" && message.role !== "system" && message.role !== "developer") return [];
      if (typeof message.content === "string") return [message.content];
      return message.content.flatMap((part) => (part.type === "text" ? [part.text] : []));
    })
    .join("\n");
}
