/** Questions of an agent, as AskUserQuestion asks them, and the answers that go back. */
import { isRecord, listOf, recordOf, textOf } from "../thread/fields.ts";
import type { InterruptEntry } from "../thread/thread-state.ts";

export interface QuestionOption {
  readonly label: string;
  readonly description: string | undefined;
}

export interface Question {
  readonly question: string;
  readonly header: string | undefined;
  readonly options: readonly QuestionOption[];
  readonly isMultiple: boolean;
}

/** What a reader has chosen and written for one question. */
export interface Draft {
  readonly chosen: readonly string[];
  /** Free text; undefined while that field is closed. */
  readonly other: string | undefined;
}

export const emptyDraft: Draft = { chosen: [], other: undefined };

/** The questions of an interrupt. One without any structure asks its message as free text. */
export function questionsOf(entry: Pick<InterruptEntry, "metadata" | "message">): readonly Question[] {
  const questions = listOf(entry.metadata["questions"]).filter(isRecord).flatMap(readQuestion);
  if (questions.length > 0) return questions;
  return [{ question: entry.message ?? "", header: undefined, options: [], isMultiple: false }];
}

function readQuestion(value: Record<string, unknown>): Question[] {
  const question = textOf(value["question"]);
  if (question === undefined) return [];
  const options = listOf(value["options"]).flatMap((option): QuestionOption[] => {
    if (typeof option === "string") return [{ label: option, description: undefined }];
    const label = isRecord(option) ? textOf(option["label"]) : undefined;
    return label === undefined ? [] : [{ label, description: textOf(recordOf(option)["description"]) }];
  });
  return [{ question, header: textOf(value["header"]), options, isMultiple: value["multiSelect"] === true }];
}

/** Choosing an option: adds to, or takes from, several; replaces a single choice and any free text. */
export function choose(question: Question, draft: Draft, label: string): Draft {
  if (!question.isMultiple) return { chosen: [label], other: undefined };
  const chosen = draft.chosen.includes(label)
    ? draft.chosen.filter((item) => item !== label)
    : [...draft.chosen, label];
  // In the order of the options, however they were clicked.
  return { ...draft, chosen: question.options.map((option) => option.label).filter((item) => chosen.includes(item)) };
}

/** Opens or changes the free text; a single choice gives way to it. */
export function write(question: Question, draft: Draft, other: string | undefined): Draft {
  return { chosen: question.isMultiple || other === undefined ? draft.chosen : [], other };
}

/** The answer as the agent reads it, or undefined while there is none. */
export function answerText(draft: Draft): string | undefined {
  const parts = [
    ...draft.chosen,
    ...(draft.other === undefined || draft.other.trim() === "" ? [] : [draft.other.trim()]),
  ];
  return parts.length === 0 ? undefined : parts.join(", ");
}

/** The payload that resumes the run, once every question has an answer. */
export function answersPayload(
  questions: readonly Question[],
  drafts: readonly Draft[],
): { answers: Record<string, string> } | undefined {
  const answers: Record<string, string> = {};
  for (const [index, { question }] of questions.entries()) {
    const text = answerText(drafts[index] ?? emptyDraft);
    if (text === undefined) return undefined;
    answers[question] = text;
  }
  return { answers };
}

/** What was answered, read back from a payload. */
export function answerTo(question: Question, payload: unknown): string | undefined {
  return (
    textOf(recordOf(recordOf(payload)["answers"])[question.question]) ??
    textOf(recordOf(payload)["answer"]) ??
    textOf(payload)
  );
}
