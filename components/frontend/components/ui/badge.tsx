import type { ReactNode } from "react";
import { cn } from "@/lib/class-names";

export type BadgeTone = "neutral" | "accent" | "ok" | "warn" | "bad";
const tones: Record<BadgeTone, string> = {
  neutral: "border-line-2 text-ink-2",
  accent: "border-transparent bg-accent-soft text-accent-ink",
  ok: "border-transparent bg-ok-soft text-ok",
  warn: "border-transparent bg-warn-soft text-warn-ink",
  bad: "border-transparent bg-bad-soft text-bad",
};

export function Badge({
  tone = "neutral",
  className,
  children,
}: {
  tone?: BadgeTone;
  className?: string;
  children: ReactNode;
}) {
  return (
    <span
      className={cn(
        "inline-flex shrink-0 items-center gap-1.5 rounded-full border px-2.5 py-0.5 text-xs font-medium whitespace-nowrap",
        tones[tone],
        className,
      )}
    >
      {children}
    </span>
  );
}

export function Kbd({ children }: { children: ReactNode }) {
  return (
    <kbd className="rounded-[5px] border border-b-2 border-line-2 px-1.5 font-sans text-2xs text-ink-3">{children}</kbd>
  );
}
