import { CircleSlash, Unplug } from "lucide-react";
import { Notice } from "@/components/ui/feedback";
import * as texts from "@/lib/texts";
import type { RunEndEntry } from "../thread/thread-state";

export function RunEnd({ entry }: { entry: RunEndEntry }) {
  switch (entry.outcome) {
    case "error":
      return (
        <Notice title={texts.chat.runFailed}>
          <p className="whitespace-pre-wrap">{entry.message}</p>
          {entry.code === undefined ? null : <p className="mt-1 font-mono text-xs text-ink-3">{entry.code}</p>}
        </Notice>
      );
    case "cut":
      return (
        <Line
          icon={<Unplug aria-hidden className="size-3.5" />}
          text={`${texts.chat.runCut}. ${entry.message ?? texts.chat.runCutLead}`}
        />
      );
    case "cancelled":
      return <Line icon={<CircleSlash aria-hidden className="size-3.5" />} text={texts.chat.runCancelled} />;
  }
}

function Line({ icon, text }: { icon: React.ReactNode; text: string }) {
  return (
    <p className="flex items-center gap-2 text-sm text-ink-3">
      {icon}
      {text}
    </p>
  );
}
