import { Check, CircleSlash, MessageCircleQuestion } from "lucide-react";
import type { ReactNode } from "react";
import * as texts from "@/lib/texts";
import { recordOf, textOf } from "../thread/fields";
import type { InterruptEntry } from "../thread/thread-state";
import { answerTo, questionsOf } from "./question-model";

/** A question that is over: small, with its answer. */
export function AnsweredQuestions({ entry }: { entry: InterruptEntry }) {
  const { resolution } = entry;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-2 rounded-xl border border-line bg-panel px-3.5 py-2.5 text-sm">
      {questionsOf(entry).map((question) => (
        <div key={question.question} className="grid grid-cols-[16px_1fr] gap-x-2">
          <MessageCircleQuestion aria-hidden className="mt-[3px] size-3.5 text-ink-3" />
          <p className="text-ink-2">{question.question}</p>
          {resolution?.status === "resolved" ? (
            <p className="col-start-2 font-medium [overflow-wrap:anywhere]">
              <span className="sr-only">{texts.question.answered}: </span>
              {answerTo(question, resolution.payload) ?? texts.question.noAnswer}
            </p>
          ) : (
            <p className="col-start-2 text-ink-3">
              {resolution?.status === "cancelled" ? texts.question.skipped : texts.question.superseded}
            </p>
          )}
        </div>
      ))}
    </div>
  );
}

export function AnsweredApproval({ entry }: { entry: InterruptEntry }) {
  const tool = textOf(entry.metadata["toolName"]) ?? texts.tools.unnamed;
  const { resolution } = entry;
  if (resolution?.status !== "resolved")
    return (
      <Line
        icon={<CircleSlash aria-hidden className="size-3.5" />}
        text={`${tool}: ${resolution?.status === "cancelled" ? texts.question.skipped : texts.question.superseded}`}
      />
    );
  const payload = recordOf(resolution.payload);
  const decision = textOf(payload["decision"]);
  if (decision === "deny") {
    const reason = textOf(payload["message"]);
    return (
      <Line
        icon={<CircleSlash aria-hidden className="size-3.5 text-bad" />}
        text={`${texts.approval.denied}: ${tool}${reason === undefined ? "" : ` — ${reason}`}`}
      />
    );
  }
  return (
    <Line
      icon={<Check aria-hidden className="size-3.5 text-ok" />}
      text={`${decision === "allow_always" ? texts.approval.allowedAlways : texts.approval.allowedOnce}: ${tool}`}
    />
  );
}

function Line({ icon, text }: { icon: ReactNode; text: string }) {
  return (
    <p className="flex items-center gap-2 text-sm text-ink-2">
      {icon}
      {text}
    </p>
  );
}
