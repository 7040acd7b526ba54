"use client";
/** Sessions that were started for this one, as its status tells of them. */
import type { AgenticSession } from "@pilothouse/contracts";
import { Link } from "@/components/ui/link";
import { StateGlyph } from "@/components/ui/state-glyph";
import { pages } from "@/lib/api/paths";
import { sessionState, sessionTitle } from "@/lib/session-state";
import * as texts from "@/lib/texts";
import { useSessions } from "../sessions/use-sessions";

export function ChildSessionList({ project, session }: { project: string; session: AgenticSession }) {
  const sessions = useSessions(project);
  const children = session.status?.children ?? [];
  if (children.length === 0) return null;
  return (
    <section
      aria-label={texts.childSession.list}
      className="grid grid-cols-[minmax(0,1fr)] gap-1 rounded-xl border border-line bg-panel p-2 text-sm"
    >
      <h2 className="px-1.5 text-xs text-ink-3">{texts.childSession.list}</h2>
      <ul>
        {children.map((child) => {
          // The list knows titles; the status is what there is when the list is not there yet.
          const known = sessions?.find((item) => item.metadata.name === child.name);
          const state = known === undefined ? undefined : sessionState(known);
          return (
            <li key={child.name}>
              <Link
                href={pages.session(project, child.name)}
                className="flex items-center gap-2 rounded-lg px-1.5 py-1 hover:bg-hover"
              >
                {state === undefined ? null : <StateGlyph state={state} />}
                <span className="min-w-0 flex-1 truncate">
                  {known === undefined ? child.name : sessionTitle(known)}
                </span>
                <span className="shrink-0 text-xs text-ink-3">
                  {state?.label ?? child.phase ?? texts.common.unknown}
                </span>
              </Link>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
