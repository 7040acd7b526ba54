"use client";
/** What a project without sessions shows: what a session is, and what is still missing for one. */
import { List } from "lucide-react";
import type { ReactNode } from "react";
import { Empty } from "@/components/ui/feedback";
import { useModels, useRunnerSecrets, useRunnerTypes } from "@/lib/api/queries";
import * as texts from "@/lib/texts";
import { MissingKey } from "../new-session/missing-key";
import { effectiveRunner, EMPTY_FORM, missingKeys } from "../new-session/session-form";

export function FirstSession({ project, action }: { project: string; action: ReactNode }) {
  const { data: runners } = useRunnerTypes(project);
  const { data: models } = useModels(project);
  const { data: secrets } = useRunnerSecrets(project);
  const runner = effectiveRunner(EMPTY_FORM, runners ?? [], models?.models ?? [], models?.defaultModel ?? null);
  const missing =
    models === undefined || secrets === undefined
      ? []
      : missingKeys(runner, new Set(secrets.keys.filter((key) => key.set).map((key) => key.name)));
  return (
    <>
      <Empty icon={<List />} title={texts.sessions.emptyTitle} action={action}>
        {texts.sessions.emptyLead}
      </Empty>
      {runner === undefined || missing.length === 0 ? null : (
        <div className="mx-auto -mt-8 w-full max-w-xl">
          <MissingKey project={project} runner={runner} missing={missing} />
        </div>
      )}
    </>
  );
}
