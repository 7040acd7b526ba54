import { SessionResource } from "@pilothouse/contracts";
import { HydrationBoundary } from "@tanstack/react-query";
import type { Metadata } from "next";
import { SessionPage } from "@/features/session/session-page";
import { api } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { prefetch } from "@/lib/server/prefetch";

interface SessionRouteProps {
  params: Promise<{ project: string; session: string }>;
}

async function names(params: SessionRouteProps["params"]) {
  const { project, session } = await params;
  return { project: decodeURIComponent(project), session: decodeURIComponent(session) };
}

export async function generateMetadata({ params }: SessionRouteProps): Promise<Metadata> {
  const { project, session } = await names(params);
  return { title: `${session} · ${project}` };
}

export default async function Session({ params }: SessionRouteProps) {
  const { project, session } = await names(params);
  const state = await prefetch([
    { key: queryKeys.session(project, session), path: api.session(project, session), schema: SessionResource },
  ]);
  return (
    <HydrationBoundary state={state}>
      <SessionPage project={project} name={session} />
    </HydrationBoundary>
  );
}
