"use client";
/** One page of the list as the server sorts and filters it, kept live by the stream of all sessions. */
import { type AgenticSession, SessionPage } from "@pilothouse/contracts";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { api } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { request } from "@/lib/api/request";
import { listSignature, withLive } from "./live-page";
import { listQueryOf, type SessionFilter } from "./session-filter";
import { useSessions } from "./use-sessions";

/** Changes within this time lead to one new page. */
const SETTLE_MS = 400;

export function useSessionPage(project: string, filter: SessionFilter) {
  const client = useQueryClient();
  const query = listQueryOf(filter);
  const live = useSessions(project);
  const { data, error, isPlaceholderData, refetch } = useQuery({
    queryKey: queryKeys.sessionPage(project, query),
    queryFn: ({ signal }) => request(SessionPage, `${api.sessions(project)}?${query}`, { signal }),
    placeholderData: keepPreviousData,
  });

  // What a page holds and in which order may have changed: the server knows.
  const signature = useMemo(() => (live === undefined ? undefined : listSignature(live)), [live]);
  useEffect(() => {
    if (signature === undefined) return;
    const timer = setTimeout(() => {
      void client.invalidateQueries({ queryKey: queryKeys.sessionPages(project) });
    }, SETTLE_MS);
    return () => clearTimeout(timer);
  }, [client, project, signature]);

  const items = useMemo<AgenticSession[] | undefined>(() => data && withLive(data.items, live), [data, live]);
  return {
    items,
    total: data?.totalCount,
    hasMore: data?.hasMore === true,
    isStale: isPlaceholderData,
    error,
    refetch,
  };
}
