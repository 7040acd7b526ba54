import { ProjectPage } from "@pilothouse/contracts";
import { HydrationBoundary } from "@tanstack/react-query";
import type { Metadata } from "next";
import { ProjectsPage } from "@/features/projects/projects-page";
import { AppShell } from "@/features/shell/app-shell";
import { api } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { prefetch } from "@/lib/server/prefetch";
import * as texts from "@/lib/texts";

export const metadata: Metadata = { title: texts.projects.title };

export default async function Projects() {
  const state = await prefetch([
    { key: queryKeys.projects, path: `${api.projects}?limit=100&sort=name`, schema: ProjectPage },
  ]);
  return (
    <HydrationBoundary state={state}>
      <AppShell project={undefined}>
        <ProjectsPage />
      </AppShell>
    </HydrationBoundary>
  );
}
