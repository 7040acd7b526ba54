"use client";
import { Button } from "@/components/ui/button";
import { Notice, Skeleton } from "@/components/ui/feedback";
import { useAccess, useRunnerSecrets, useRunnerTypes } from "@/lib/api/queries";
import { api } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { messageOf } from "@/lib/api/request";
import * as texts from "@/lib/texts";
import { Section } from "../settings/section";
import { RunnerReadiness } from "./runner-readiness";
import { SecretRow } from "./secret-row";

export function SecretsTab({ project }: { project: string }) {
  const { data: access } = useAccess(project);
  const { data, error, refetch } = useRunnerSecrets(project);
  const { data: runners } = useRunnerTypes(project);
  const canManage = access?.allowedActions.includes("manageSecrets") === true;
  const usedBy = (key: string) =>
    (runners ?? [])
      .filter((runner) => runner.auth.requiredSecretKeys.includes(key))
      .map((runner) => runner.displayName);
  // Keys that a runner of this project needs come first.
  const keys = data?.keys.toSorted((a, b) => Number(usedBy(b.name).length > 0) - Number(usedBy(a.name).length > 0));
  return (
    <Section title={texts.secrets.title} lead={texts.secrets.lead}>
      {access !== undefined && !canManage ? (
        <Notice tone="info" title={texts.common.notAllowed(access.userRole)} />
      ) : null}
      {error === null ? null : (
        <Notice
          title={messageOf(error)}
          action={
            <Button size="sm" onClick={() => void refetch()}>
              {texts.common.retry}
            </Button>
          }
        />
      )}
      <RunnerReadiness project={project} />
      {keys === undefined && error === null ? <Skeleton className="h-40" /> : null}
      <ul className="grid gap-3">
        {keys?.map((key) => (
          <SecretRow
            key={key.name}
            secret={key}
            usedBy={usedBy(key.name)}
            canManage={canManage}
            path={api.runnerSecrets(project)}
            queryKey={queryKeys.runnerSecrets(project)}
          />
        ))}
      </ul>
    </Section>
  );
}
