"use client";
/** All sessions of a project, kept up to date by one stream for the whole browser. */
import type { AgenticSession } from "@pilothouse/contracts";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { SessionListEvent } from "@/lib/api/answers/session";
import { api } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { useMe } from "@/lib/api/queries";
import { signInEnded, useSignIn } from "@/lib/sign-in-again";
import { type ConnectionState, holdEventStream } from "../thread/connection/event-stream";
import type { SessionListState } from "./session-list-state";
import { followSharedList } from "./shared-list";

/** Changes within this time are drawn together. */
const GATHER_MS = 60;

const ConnectionContext = createContext<ConnectionState>({ status: "connecting" });

/** Follows a project's sessions as long as it is mounted. */
export function SessionsProvider({ project, children }: { project: string; children: ReactNode }) {
  const client = useQueryClient();
  const [connection, setConnection] = useState<ConnectionState>({ status: "connecting" });
  const { data: me } = useMe();
  const { round } = useSignIn();
  useEffect(() => {
    const key = queryKeys.sessions(project);
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let newest: SessionListState | undefined;
    const publish = () => {
      timer = undefined;
      if (newest !== undefined) client.setQueryData(key, [...newest.byUid.values()]);
    };
    followSharedList({
      scope: JSON.stringify([me?.userId, project]),
      known: client.getQueryData<AgenticSession[]>(key) ?? [],
      read: ({ onEvent, ...stream }) =>
        holdEventStream({
          ...stream,
          url: () => `${api.sessions(project)}?watch=1`,
          lastEventId: () => undefined,
          onEvent(event) {
            const parsed = SessionListEvent.safeParse(readJson(event.data));
            if (parsed.success) onEvent(parsed.data);
          },
        }),
      onChange(state) {
        newest = state;
        timer ??= setTimeout(publish, GATHER_MS);
      },
      onState(next) {
        setConnection(next);
        if (next.status === "refused" && next.httpStatus === 401) signInEnded();
      },
      signal: controller.signal,
    });
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [client, project, me?.userId, round]);
  return <ConnectionContext value={connection}>{children}</ConnectionContext>;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const useListConnection = () => useContext(ConnectionContext);

/** Undefined until the list is known. Filled by {@link SessionsProvider}, never fetched from here. */
export function useSessions(project: string): AgenticSession[] | undefined {
  return useQuery<AgenticSession[]>({
    queryKey: queryKeys.sessions(project),
    queryFn: () => [],
    enabled: false,
    staleTime: Infinity,
  }).data;
}
