import { Ban, Check, Minus, ShieldQuestion, X } from "lucide-react";
import { Spinner } from "@/components/ui/spinner";
import * as texts from "@/lib/texts";
import type { ToolStatus } from "./tool-status";

/** One glyph per state of a call, each with its word for those who do not see it. */
export function ToolGlyph({ status }: { status: ToolStatus }) {
  const size = "size-3.5 shrink-0";
  switch (status) {
    case "done":
      return <Check aria-hidden className={`${size} text-ok`} strokeWidth={2.4} />;
    case "failed":
      return <X aria-label={texts.tools.failed} className={`${size} text-bad`} strokeWidth={2.4} />;
    case "waiting":
      return <ShieldQuestion aria-hidden className={`${size} text-warn-ink`} />;
    case "denied":
      return <Ban aria-hidden className={`${size} text-ink-3`} />;
    case "unanswered":
      return <Minus aria-label={texts.tools.unanswered} className={`${size} text-ink-3`} strokeWidth={2.4} />;
    case "running":
      return <Spinner label={texts.tools.running} className={`${size} text-accent`} />;
  }
}
