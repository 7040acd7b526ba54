import * as texts from "@/lib/texts";

export function CannotAct({ reason }: { reason: "read-only" | "not-running" }) {
  return (
    <p className="mt-3 text-sm text-ink-2">
      {reason === "read-only" ? texts.question.readOnly : texts.question.notRunning}
    </p>
  );
}
