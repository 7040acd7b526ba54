import { Check, Minus, X } from "lucide-react";
import type { ToolEntry } from "../thread/thread-state";
import { texts } from "@/lib/texts";
import { Spinner } from "@/components/ui/spinner";

/** One glyph per state of a call, each with its word for those who do not see it. */
export function ToolGlyph({ entry }: { entry: ToolEntry }) {
  if (entry.phase === "done")
    return entry.isError ? (
      <X aria-label={texts.tools.failed} className="size-3.5 shrink-0 text-bad" strokeWidth={2.4} />
    ) : (
      <Check aria-hidden className="size-3.5 shrink-0 text-ok" strokeWidth={2.4} />
    );
  if (entry.phase === "unanswered")
    return <Minus aria-label={texts.tools.unanswered} className="size-3.5 shrink-0 text-ink-3" strokeWidth={2.4} />;
  return <Spinner label={texts.tools.running} className="size-3.5 text-accent" />;
}
