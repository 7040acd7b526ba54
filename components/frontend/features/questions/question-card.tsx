"use client";
/** The loudest thing on the page: the agent waits for an answer. */
import { useState } from "react";
import { Kbd } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import * as texts from "@/lib/texts";
import type { InterruptEntry } from "../thread/thread-state";
import { CannotAct } from "./cannot-act";
import { QuestionField } from "./question-field";
import { answersPayload, choose, type Draft, emptyDraft, questionsOf } from "./question-model";
import { useAnswer } from "./use-answer";

export function QuestionCard({ entry }: { entry: InterruptEntry }) {
  const questions = questionsOf(entry);
  const [drafts, setDrafts] = useState<readonly Draft[]>(() => questions.map(() => emptyDraft));
  const { send, isSending, error, canAct } = useAnswer(entry.id);
  const payload = answersPayload(questions, drafts);
  const isDisabled = canAct !== "yes" || isSending;
  const [only] = questions;

  const setDraft = (index: number, draft: Draft) => setDrafts(drafts.with(index, draft));

  /** 1–9 choose an option while the focus is on the card and not in a text. */
  function onKeyDown(event: React.KeyboardEvent): void {
    const isText = event.target instanceof HTMLTextAreaElement;
    if (isText || questions.length !== 1 || only === undefined || isDisabled) return;
    const option = only.options[Number(event.key) - 1];
    if (option !== undefined) setDraft(0, choose(only, drafts[0] ?? emptyDraft, option.label));
  }

  return (
    <form
      aria-label={questions.map((question) => question.question).join(" ")}
      className="rounded-2xl border border-warn-line bg-warn-soft p-4"
      onKeyDown={onKeyDown}
      onSubmit={(event) => {
        event.preventDefault();
        if (payload !== undefined && !isDisabled) send("resolved", payload);
      }}
    >
      <div className="grid grid-cols-[minmax(0,1fr)] gap-5">
        {questions.map((question, index) => (
          <QuestionField
            key={question.question}
            question={question}
            draft={drafts[index] ?? emptyDraft}
            isDisabled={isDisabled}
            position={questions.length > 1 ? texts.question.of(index + 1, questions.length) : undefined}
            onChange={(draft) => setDraft(index, draft)}
          />
        ))}
      </div>
      {error === undefined ? null : (
        <p role="alert" className="mt-3 text-sm text-bad">
          {error}
        </p>
      )}
      {canAct === "yes" ? (
        <div className="mt-3.5 flex items-center gap-2">
          <Button type="submit" variant="primary" disabled={payload === undefined || isSending}>
            {isSending ? texts.question.answering : texts.question.answer}
          </Button>
          <Button variant="ghost" disabled={isSending} onClick={() => send("cancelled")}>
            {texts.question.skip}
          </Button>
          {only !== undefined && questions.length === 1 && only.options.length > 1 ? (
            <p className="ml-auto hidden items-center gap-1.5 text-xs text-ink-3 sm:flex">
              <Kbd>1</Kbd>–<Kbd>{Math.min(9, only.options.length)}</Kbd> {texts.question.optionsHint} <Kbd>↵</Kbd>{" "}
              {texts.question.answerHint}
            </p>
          ) : null}
        </div>
      ) : (
        <CannotAct reason={canAct} />
      )}
    </form>
  );
}
