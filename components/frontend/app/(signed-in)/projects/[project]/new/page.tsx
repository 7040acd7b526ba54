import { ModelsAnswer, RunnerTypesAnswer, SecretKeysAnswer } from "@pilothouse/contracts";
import { HydrationBoundary } from "@tanstack/react-query";
import type { Metadata } from "next";
import { NewSessionPage } from "@/features/new-session/new-session-page";
import { api } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { prefetch } from "@/lib/server/prefetch";
import * as texts from "@/lib/texts";

export const metadata: Metadata = { title: texts.shell.newSession };

export default async function NewSession({ params }: { params: Promise<{ project: string }> }) {
  const project = decodeURIComponent((await params).project);
  const state = await prefetch([
    { key: queryKeys.models(project), path: api.models(project), schema: ModelsAnswer },
    { key: queryKeys.runnerTypes(project), path: api.runnerTypes(project), schema: RunnerTypesAnswer },
    { key: queryKeys.runnerSecrets(project), path: api.runnerSecrets(project), schema: SecretKeysAnswer },
  ]);
  return (
    <HydrationBoundary state={state}>
      <NewSessionPage project={project} />
    </HydrationBoundary>
  );
}
