"use client";
import { ProjectSummary, SettingsAnswer } from "@pilothouse/contracts";
import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { Notice } from "@/components/ui/feedback";
import { api, pages } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { useAccess } from "@/lib/api/queries";
import { command } from "@/lib/api/request";
import * as texts from "@/lib/texts";
import { Guarded } from "./guarded";
import { LimitsForm } from "./limits-form";
import { ProjectForm } from "./project-form";
import { Section } from "./section";
import { useSettingsChange, useSettingsQuery } from "./use-settings-query";

export function GeneralTab({ project }: { project: string }) {
  const description = useSettingsQuery(
    [...queryKeys.project(project), "description"],
    ProjectSummary,
    api.project(project),
  );
  const settings = useSettingsQuery(queryKeys.settings(project), SettingsAnswer, api.settings(project));
  return (
    <>
      <Section title={texts.general.title}>
        <Guarded project={project} action="updateProject" query={description}>
          {(data, canChange) => <ProjectForm project={data} canChange={canChange} />}
        </Guarded>
      </Section>
      <Section title={texts.general.limits}>
        <Guarded project={project} action="manageSettings" query={settings}>
          {(data, canChange) => <LimitsForm project={project} settings={data} canChange={canChange} />}
        </Guarded>
      </Section>
      <DeleteProject project={project} />
    </>
  );
}

function DeleteProject({ project }: { project: string }) {
  const { data: access } = useAccess(project);
  const canDelete = access?.allowedActions.includes("deleteProject") === true;
  const router = useRouter();
  const client = useQueryClient();
  const [isDeleting, setDeleting] = useState(false);
  const change = useSettingsChange(queryKeys.projects);
  if (access === undefined) return null;
  return (
    <Section title={texts.general.danger} lead={texts.general.dangerLead}>
      {canDelete ? null : <Notice tone="info" title={texts.common.notAllowed(access.userRole)} />}
      <Button variant="danger" className="justify-self-start" disabled={!canDelete} onClick={() => setDeleting(true)}>
        {texts.general.danger}
      </Button>
      <Confirm
        open={isDeleting}
        onOpenChange={setDeleting}
        title={texts.general.danger}
        description={texts.general.dangerLead}
        action={texts.common.delete}
        phrase={project}
        pending={change.isPending}
        onConfirm={() =>
          change.mutate({
            run: () => command(api.project(project), { method: "DELETE" }),
            done: texts.general.deleted(project),
            onDone: () => {
              client.removeQueries({ queryKey: queryKeys.project(project) });
              router.push(pages.projects);
            },
          })
        }
      />
    </Section>
  );
}
