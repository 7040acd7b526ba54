"use client";
/** All sessions of a project, kept up to date by one stream for the whole page. */
import { type AgenticSession, SessionListEvent } from "@pilothouse/contracts";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { api } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { signInAgain } from "@/lib/api/request";
import { type ConnectionState, holdEventStream } from "../thread/connection/event-stream";
import { applyListEvent, beginList } from "./session-list-state";

/** Changes within this time are drawn together. */
const GATHER_MS = 60;

const ConnectionContext = createContext<ConnectionState>({ status: "connecting" });

/** Follows a project's sessions as long as it is mounted. */
export function SessionsProvider({ project, children }: { project: string; children: ReactNode }) {
  const client = useQueryClient();
  const [connection, setConnection] = useState<ConnectionState>({ status: "connecting" });
  useEffect(() => {
    const key = queryKeys.sessions(project);
    const controller = new AbortController();
    let state = beginList(client.getQueryData<AgenticSession[]>(key) ?? []);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const publish = () => {
      timer = undefined;
      client.setQueryData(key, [...state.byUid.values()]);
    };
    void holdEventStream({
      url: () => `${api.sessions(project)}?watch=1`,
      lastEventId: () => undefined,
      onOpen: () => (state = beginList(state.byUid.values())),
      onEvent(event) {
        const parsed = SessionListEvent.safeParse(readJson(event.data));
        if (!parsed.success) return;
        state = applyListEvent(state, parsed.data);
        if (state.arriving === undefined) timer ??= setTimeout(publish, GATHER_MS);
      },
      onState(next) {
        setConnection(next);
        if (next.status === "refused" && next.httpStatus === 401) signInAgain();
      },
      signal: controller.signal,
    });
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [client, project]);
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
