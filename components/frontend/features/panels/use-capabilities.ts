"use client";
/** What a session's bridge can do: as its runner says, or as the registry declares it while none runs. */
import { useQuery } from "@tanstack/react-query";
import type { AgenticSession } from "@pilothouse/contracts";
import { SessionCapabilities } from "@/lib/api/answers/conversation";
import { api } from "@/lib/api/paths";
import { useRunnerTypes } from "@/lib/api/queries";
import { queryKeys } from "@/lib/api/query-keys";
import { request } from "@/lib/api/request";

export interface PanelCapabilities {
  readonly fileSystem: boolean;
  readonly mcp: boolean;
  /** Known while a runner lives. */
  readonly commands?: readonly { readonly name: string; readonly description: string }[];
}

/** Undefined while nothing is known: panels that may not apply are not offered. */
export function useCapabilities(project: string, session: AgenticSession): PanelCapabilities | undefined {
  const { name } = session.metadata;
  const { data: runners } = useRunnerTypes(project);
  const { data } = useQuery({
    queryKey: queryKeys.sessionPart(
      project,
      name,
      "capabilities",
      String(session.status?.attempt ?? 0),
      session.status?.phase ?? "",
    ),
    queryFn: ({ signal }) => request(SessionCapabilities, api.capabilities(project, name), { signal }),
    staleTime: Infinity,
  });
  return data ?? runners?.find((runner) => runner.id === session.spec.runnerType)?.capabilities;
}
