import { SessionPage as SessionPageAnswer } from "@pilothouse/contracts";
import { HydrationBoundary } from "@tanstack/react-query";
import type { Metadata } from "next";
import { listQueryOf, readFilter } from "@/features/sessions/session-filter";
import { SessionsPage } from "@/features/sessions/sessions-page";
import { api } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { prefetch } from "@/lib/server/prefetch";
import * as texts from "@/lib/texts";

export const metadata: Metadata = { title: texts.sessions.title };

interface SessionsRouteProps {
  params: Promise<{ project: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export default async function Sessions({ params, searchParams }: SessionsRouteProps) {
  const project = decodeURIComponent((await params).project);
  const asked = await searchParams;
  const query = listQueryOf(readFilter({ get: (name) => [asked[name]].flat()[0] ?? null }));
  const state = await prefetch([
    {
      key: queryKeys.sessionPage(project, query),
      path: `${api.sessions(project)}?${query}`,
      schema: SessionPageAnswer,
    },
  ]);
  return (
    <HydrationBoundary state={state}>
      <SessionsPage project={project} />
    </HydrationBoundary>
  );
}
