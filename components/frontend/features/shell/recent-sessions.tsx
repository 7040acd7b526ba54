"use client";
import { Link } from "@/components/ui/link";
import { usePathname } from "next/navigation";
import { Skeleton } from "@/components/ui/feedback";
import { StateGlyph } from "@/components/ui/state-glyph";
import { Time } from "@/components/ui/time";
import { pages } from "@/lib/api/paths";
import { cn } from "@/lib/class-names";
import { compareSessions, lastActivity, sessionState, sessionTitle } from "@/lib/session-state";
import * as texts from "@/lib/texts";
import { useSessions } from "../sessions/use-sessions";

const SHOWN = 30;

export function RecentSessions({ project }: { project: string }) {
  const sessions = useSessions(project);
  const path = usePathname();
  return (
    <div className="scroll-thin -mx-1 mt-3 min-h-0 flex-1 overflow-y-auto px-1">
      <h2 className="px-2.5 pb-1 text-2xs text-ink-3">{texts.shell.recent}</h2>
      {sessions === undefined ? (
        <div className="grid gap-2 px-2.5 py-1">
          <Skeleton className="h-4" />
          <Skeleton className="h-4 w-4/5" />
        </div>
      ) : null}
      {sessions?.length === 0 ? <p className="px-2.5 py-1 text-sm text-ink-3">{texts.shell.noRecent}</p> : null}
      {sessions
        ?.toSorted(compareSessions)
        .slice(0, SHOWN)
        .map((session) => {
          const state = sessionState(session);
          const href = pages.session(project, session.metadata.name);
          return (
            <Link
              key={session.metadata.uid}
              href={href}

              {...(path === href ? { "aria-current": "page" as const } : {})}
              className={cn(
                "grid grid-cols-[14px_1fr_auto] items-center gap-2 rounded-lg px-2.5 py-1.5",
                path === href ? "bg-pick" : "hover:bg-hover",
                state.isEnded && !state.needsYou && "text-ink-2",
              )}
            >
              <StateGlyph state={state} label />
              <span className="truncate">{sessionTitle(session)}</span>
              <Time
                at={lastActivity(session)}
                className={cn("text-xs tabular", path === href ? "text-ink-2" : "text-ink-3")}
              />
            </Link>
          );
        })}
    </div>
  );
}
