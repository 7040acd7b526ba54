"use client";
/** Sessions of the project: the latest, or what the server finds among all of them. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { StateGlyph } from "@/components/ui/state-glyph";
import { api, pages } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { request } from "@/lib/api/request";
import { compareSessions, sessionState, sessionTitle } from "@/lib/session-state";
import * as texts from "@/lib/texts";
import { useSessions } from "../sessions/use-sessions";
import { FoundSessions } from "./answers";
import { Group, Item } from "./palette-item";

const SHOWN = 12;

interface SessionHitsProps {
  project: string;
  /** What is looked for; empty shows the latest. */
  search: string;
  go: (href: string) => void;
}

export function SessionHits({ project, search, go }: SessionHitsProps) {
  const live = useSessions(project) ?? [];
  const parameters = new URLSearchParams({ search, limit: String(SHOWN), sort: "-lastActivity" }).toString();
  const { data } = useQuery({
    queryKey: queryKeys.sessionPage(project, parameters),
    queryFn: ({ signal }) => request(FoundSessions, `${api.sessions(project)}?${parameters}`, { signal }),
    enabled: search !== "",
    placeholderData: keepPreviousData,
  });
  const found = search === "" ? live.toSorted(compareSessions).slice(0, SHOWN) : (data?.items ?? []);
  const rest = search === "" ? 0 : (data?.totalCount ?? 0) - found.length;
  return (
    <Group heading={texts.palette.sessions}>
      {found.map((session) => (
        <Item
          key={session.metadata.uid}
          value={`session ${sessionTitle(session)} ${session.metadata.name}`}
          // What the server found matches, also by words that are not shown here.
          keywords={[search]}
          onSelect={() => go(pages.session(project, session.metadata.name))}
        >
          <StateGlyph state={sessionState(session)} label />
          <span className="min-w-0 flex-1 truncate">{sessionTitle(session)}</span>
          <span className="shrink-0 text-xs text-ink-3">{sessionState(session).label}</span>
        </Item>
      ))}
      {rest > 0 ? (
        <Item
          value="all sessions found"
          keywords={[search]}
          onSelect={() => go(`${pages.sessions(project)}?${new URLSearchParams({ search }).toString()}`)}
        >
          {texts.palette.allFound(found.length + rest)}
        </Item>
      ) : null}
    </Group>
  );
}
