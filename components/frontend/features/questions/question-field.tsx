"use client";
import { PenLine } from "lucide-react";
import { useId } from "react";
import { Textarea } from "@/components/ui/field";
import { cn } from "@/lib/class-names";
import * as texts from "@/lib/texts";
import { choose, type Draft, type Question, write } from "./question-model";

interface QuestionFieldProps {
  question: Question;
  draft: Draft;
  isDisabled: boolean;
  position: string | undefined;
  onChange: (draft: Draft) => void;
}

export function QuestionField({ question, draft, isDisabled, position, onChange }: QuestionFieldProps) {
  const name = useId();
  const hasOptions = question.options.length > 0;
  const isWriting = !hasOptions || draft.other !== undefined;
  return (
    <fieldset disabled={isDisabled} className="min-w-0">
      <legend className="font-semibold [overflow-wrap:anywhere]">{question.question}</legend>
      {position !== undefined || question.isMultiple ? (
        <p className="mb-1 text-xs text-ink-2">
          {[position, question.isMultiple ? texts.question.chooseSeveral : undefined].filter(Boolean).join(" · ")}
        </p>
      ) : null}
      <div className="mt-2 grid grid-cols-[minmax(0,1fr)] gap-1.5">
        {question.options.map((option) => {
          const isChosen = draft.chosen.includes(option.label);
          return (
            <label
              key={option.label}
              className={cn(
                "flex cursor-pointer items-start gap-3 rounded-xl border bg-card px-3.5 py-2 has-focus-visible:outline-2 has-focus-visible:outline-accent",
                isChosen ? "border-accent ring-1 ring-accent" : "border-line hover:border-line-2",
              )}
            >
              <input
                type={question.isMultiple ? "checkbox" : "radio"}
                name={name}
                checked={isChosen}
                onChange={() => onChange(choose(question, draft, option.label))}
                className="mt-[3px] size-4 shrink-0 accent-(--accent) outline-none"
              />
              <span className="min-w-0 [overflow-wrap:anywhere]">
                {option.label}
                {option.description === undefined ? null : (
                  <span className="block text-sm text-ink-2">{option.description}</span>
                )}
              </span>
            </label>
          );
        })}
        {isWriting ? (
          <Textarea
            aria-label={texts.question.otherPlaceholder}
            placeholder={texts.question.otherPlaceholder}
            value={draft.other ?? ""}
            autoFocus={hasOptions}
            rows={2}
            className="min-h-16 rounded-xl"
            onChange={(event) => onChange(write(question, draft, event.target.value))}
            onKeyDown={(event) => {
              if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
              event.preventDefault();
              event.currentTarget.form?.requestSubmit();
            }}
          />
        ) : (
          <button
            type="button"
            onClick={() => onChange(write(question, draft, ""))}
            className="flex items-center gap-3 justify-self-start rounded-lg px-3.5 py-1 text-sm text-ink-2 hover:text-ink"
          >
            <PenLine aria-hidden className="size-3.5" />
            {texts.question.other}
          </button>
        )}
      </div>
    </fieldset>
  );
}
