"use client";
/** One session: from the page's stream of all of them, or asked for by itself while that has not come yet. */
import type { AgenticSession } from "@pilothouse/contracts";
import { useQuery } from "@tanstack/react-query";
import { SessionResource } from "@/lib/api/answers/session";
import { api } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { ApiError, request } from "@/lib/api/request";
import { useSessions } from "../sessions/use-sessions";

export type SessionLookup =
  | { readonly status: "found"; readonly session: AgenticSession }
  | { readonly status: "loading" }
  | { readonly status: "missing" }
  | { readonly status: "failed"; readonly error: Error };

export function useSession(project: string, name: string): SessionLookup {
  const listed = useSessions(project)?.find((session) => session.metadata.name === name);
  const { data, error } = useQuery({
    queryKey: queryKeys.session(project, name),
    queryFn: ({ signal }) => request(SessionResource, api.session(project, name), { signal }),
    enabled: listed === undefined,
    refetchOnMount: "always",
  });
  if (listed !== undefined) return { status: "found", session: newer(listed, data) };
  if (error instanceof ApiError && error.status === 404) return { status: "missing" };
  if (data !== undefined) return { status: "found", session: data };
  return error === null ? { status: "loading" } : { status: "failed", error };
}

/** After an action its answer may be ahead of the stream. Resource versions are opaque, so only generations are compared. */
function newer(listed: AgenticSession, asked: AgenticSession | undefined): AgenticSession {
  const isSame = asked?.metadata.uid === listed.metadata.uid;
  return isSame && (asked.metadata.generation ?? 0) > (listed.metadata.generation ?? 0) ? asked : listed;
}
