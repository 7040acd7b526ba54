"use client";
import { ProjectSummary } from "@pilothouse/contracts";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Notice } from "@/components/ui/feedback";
import { Field, Input, Textarea } from "@/components/ui/field";
import { toast } from "@/components/ui/toast";
import { api, pages } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { request } from "@/lib/api/request";
import { texts } from "@/lib/texts";
import { projectNameProblem, suggestProjectName } from "./project-name";

interface CreateProjectDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  taken: readonly string[];
}

export function CreateProjectDialog({ open, onOpenChange, taken }: CreateProjectDialogProps) {
  const client = useQueryClient();
  const router = useRouter();
  const [displayName, setDisplayName] = useState("");
  const [typedName, setTypedName] = useState<string>();
  const [description, setDescription] = useState("");
  const name = typedName ?? suggestProjectName(displayName);
  const problem = name === "" ? undefined : projectNameProblem(name, taken);

  const create = useMutation({
    mutationFn: () =>
      request(ProjectSummary, api.projects, {
        method: "POST",
        body: {
          name,
          ...(displayName.trim() === "" ? {} : { displayName: displayName.trim() }),
          ...(description.trim() === "" ? {} : { description: description.trim() }),
        },
      }),
    onSuccess: async (project) => {
      await client.invalidateQueries({ queryKey: queryKeys.projects });
      toast(texts.projects.created(project.displayName));
      onOpenChange(false);
      if (project.status === "Ready") router.push(pages.sessions(project.name));
    },
  });

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (name !== "" && problem === undefined) create.mutate();
  }

  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={texts.projects.createTitle}
      description={texts.projects.createLead}
    >
      <form className="grid gap-4" onSubmit={submit}>
        <Field label={texts.projects.displayName}>
          {(ids) => (
            <Input
              {...ids}
              value={displayName}
              maxLength={100}
              autoFocus
              onChange={(event) => setDisplayName(event.target.value)}
            />
          )}
        </Field>
        <Field label={texts.projects.name} hint={texts.projects.nameHint} error={problem}>
          {(ids) => (
            <Input
              {...ids}
              value={name}
              required
              spellCheck={false}
              autoComplete="off"
              className="font-mono text-sm"
              onChange={(event) => setTypedName(event.target.value)}
            />
          )}
        </Field>
        <Field label={texts.projects.description} optional={texts.common.optional}>
          {(ids) => (
            <Textarea
              {...ids}
              value={description}
              maxLength={500}
              rows={2}
              onChange={(event) => setDescription(event.target.value)}
            />
          )}
        </Field>
        {create.error === null ? null : <Notice title={create.error.message} />}
        <div className="flex justify-end gap-2">
          <Button variant="ghost" onClick={() => onOpenChange(false)}>
            {texts.common.cancel}
          </Button>
          <Button type="submit" variant="primary" disabled={name === "" || problem !== undefined || create.isPending}>
            {texts.common.create}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
