import { ProjectAccessAnswer, ProjectPage, SessionPage } from "@pilothouse/contracts";
import { HydrationBoundary } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { SessionsProvider } from "@/features/sessions/use-sessions";
import { AppShell } from "@/features/shell/app-shell";
import { ProjectGate } from "@/features/shell/project-gate";
import { api } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { prefetch } from "@/lib/server/prefetch";

interface ProjectLayoutProps {
  params: Promise<{ project: string }>;
  children: ReactNode;
}

export default async function ProjectLayout({ params, children }: ProjectLayoutProps) {
  const project = decodeURIComponent((await params).project);
  const state = await prefetch([
    { key: queryKeys.projects, path: `${api.projects}?limit=100&sort=name`, schema: ProjectPage },
    { key: queryKeys.access(project), path: api.access(project), schema: ProjectAccessAnswer },
    {
      key: queryKeys.sessions(project),
      path: `${api.sessions(project)}?limit=100`,
      schema: SessionPage,
      select: (page: { items: unknown[] }) => page.items,
    },
  ]);
  return (
    <HydrationBoundary state={state}>
      <SessionsProvider project={project}>
        <AppShell project={project}>
          <ProjectGate project={project}>{children}</ProjectGate>
        </AppShell>
      </SessionsProvider>
    </HydrationBoundary>
  );
}
