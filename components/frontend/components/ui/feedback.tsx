/** What stands where content is not there yet, not there at all, or could not be had. */
import { CircleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "@/lib/class-names";

export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={cn("animate-breathe rounded-md bg-pick", className)} />;
}

interface EmptyProps {
  icon?: ReactNode;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  className?: string;
  /** Where this is all that the page shows, its title is the page's. */
  isPage?: boolean;
}

export function Empty({ icon, title, children, action, className, isPage = false }: EmptyProps) {
  const Title = isPage ? "h1" : "h2";
  return (
    <div className={cn("mx-auto grid max-w-md justify-items-center gap-2 px-6 py-16 text-center", className)}>
      {icon === undefined ? null : <div className="mb-1 text-ink-3 [&_svg]:size-7">{icon}</div>}
      <Title className="text-lg font-semibold tracking-tight">{title}</Title>
      {children === undefined ? null : <div className="text-ink-2">{children}</div>}
      {action === undefined ? null : <div className="mt-3">{action}</div>}
    </div>
  );
}

type Tone = "bad" | "warn" | "info";
const tones: Record<Tone, string> = {
  bad: "border-bad-line bg-bad-soft [&>svg]:text-bad",
  warn: "border-warn-line bg-warn-soft [&>svg]:text-warn-ink",
  info: "border-line bg-panel [&>svg]:text-ink-3",
};

interface NoticeProps {
  tone?: Tone;
  title: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
  className?: string;
}

export function Notice({ tone = "bad", title, children, action, className }: NoticeProps) {
  return (
    <div
      role={tone === "bad" ? "alert" : "status"}
      className={cn("flex items-start gap-2.5 rounded-xl border px-3.5 py-2.5 text-sm", tones[tone], className)}
    >
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0 flex-1">
        <p className="font-medium break-words">{title}</p>
        {children === undefined ? null : <div className="mt-0.5 break-words text-ink-2">{children}</div>}
      </div>
      {action}
    </div>
  );
}
