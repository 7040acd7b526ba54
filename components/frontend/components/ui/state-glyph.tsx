import { Check, CircleDashed, Clock3, HelpCircle, MessageSquareText, Square, X } from "lucide-react";
import { cn } from "@/lib/class-names";
import type { SessionState, StateTone } from "@/lib/session-state";
import { Spinner } from "./spinner";

const tones: Record<StateTone, string> = {
  neutral: "text-ink-3",
  accent: "text-accent",
  ok: "text-ok",
  warn: "text-warn-ink",
  bad: "text-bad",
};

/** One shape per state; the word stands beside it or in `label`. */
export function StateGlyph({ state, className, label }: { state: SessionState; className?: string; label?: boolean }) {
  const style = cn("size-3.5 shrink-0", tones[state.tone], className);
  const name = label === true ? { role: "img", "aria-label": state.label } : { "aria-hidden": true };
  switch (state.glyph) {
    case "clock":
      return <Clock3 className={style} {...name} />;
    case "starting":
    case "working":
      return label === true ? <Spinner className={style} label={state.label} /> : <Spinner className={style} />;
    case "idle":
      return <CircleDashed className={style} {...name} />;
    case "waiting":
      return <MessageSquareText className={style} strokeWidth={2.2} {...name} />;
    case "done":
      return <Check className={style} strokeWidth={2.4} {...name} />;
    case "stopped":
      return <Square className={cn(style, "p-px")} {...name} />;
    case "failed":
      return <X className={style} strokeWidth={2.4} {...name} />;
    case "unknown":
      return <HelpCircle className={style} {...name} />;
  }
}
