"use client";
import { AnsweredChildSession } from "../child-sessions/answered-child-session";
import { ChildSessionCard } from "../child-sessions/child-session-card";
import type { InterruptEntry } from "../thread/thread-state";
import { isRecord } from "../thread/fields";
import { ApprovalCard } from "./approval-card";
import { AnsweredApproval, AnsweredQuestions } from "./answered";
import { QuestionCard } from "./question-card";

/** What the agent asks of a person, or what became of it. */
export function InterruptCard({ entry }: { entry: InterruptEntry }) {
  if (entry.reason === "child_session")
    return entry.resolution === undefined ? <ChildSessionCard entry={entry} /> : <AnsweredChildSession entry={entry} />;
  const isApproval =
    entry.reason === "tool_approval" || (entry.reason !== "question" && isRecord(entry.metadata["input"]));
  if (entry.resolution === undefined)
    return isApproval ? <ApprovalCard entry={entry} /> : <QuestionCard entry={entry} />;
  return isApproval ? <AnsweredApproval entry={entry} /> : <AnsweredQuestions entry={entry} />;
}
