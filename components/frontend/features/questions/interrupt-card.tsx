"use client";
import type { InterruptEntry } from "../thread/thread-state";
import { isRecord } from "../thread/fields";
import { ApprovalCard } from "./approval-card";
import { AnsweredApproval, AnsweredQuestions } from "./answered";
import { QuestionCard } from "./question-card";

/** What the agent asks of a person, or what became of it. */
export function InterruptCard({ entry }: { entry: InterruptEntry }) {
  const isApproval =
    entry.reason === "tool_approval" || (entry.reason !== "question" && isRecord(entry.metadata["input"]));
  if (entry.resolution === undefined)
    return isApproval ? <ApprovalCard entry={entry} /> : <QuestionCard entry={entry} />;
  return isApproval ? <AnsweredApproval entry={entry} /> : <AnsweredQuestions entry={entry} />;
}
