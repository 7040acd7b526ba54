"use client";
import { ProjectSummary } from "@pilothouse/contracts";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Field, Input, Textarea } from "@/components/ui/field";
import { api } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { request } from "@/lib/api/request";
import * as texts from "@/lib/texts";
import { useSettingsChange } from "./use-settings-query";

export function ProjectForm({ project, canChange }: { project: ProjectSummary; canChange: boolean }) {
  const [displayName, setDisplayName] = useState(project.displayName);
  const [description, setDescription] = useState(project.description);
  const client = useQueryClient();
  const change = useSettingsChange<ProjectSummary>(queryKeys.projects);
  const isChanged = displayName !== project.displayName || description !== project.description;

  function submit(event: FormEvent): void {
    event.preventDefault();
    const body = { displayName: displayName.trim(), description: description.trim() };
    change.mutate({
      run: () => request(ProjectSummary, api.project(project.name), { method: "PUT", body }),
      done: texts.general.saved,
      onDone: (saved) => client.setQueryData([...queryKeys.project(project.name), "description"], saved),
    });
  }

  return (
    <form onSubmit={submit} className="grid gap-4 rounded-2xl border border-line bg-card p-4">
      <Field label={texts.projects.displayName}>
        {(ids) => (
          <Input
            {...ids}
            value={displayName}
            maxLength={100}
            disabled={!canChange}
            onChange={(event) => setDisplayName(event.target.value)}
          />
        )}
      </Field>
      <Field label={texts.projects.description}>
        {(ids) => (
          <Textarea
            {...ids}
            value={description}
            maxLength={500}
            rows={2}
            disabled={!canChange}
            onChange={(event) => setDescription(event.target.value)}
          />
        )}
      </Field>
      <Button
        type="submit"
        variant="primary"
        disabled={!canChange || !isChanged || change.isPending}
        className="justify-self-end"
      >
        {texts.general.save}
      </Button>
    </form>
  );
}
