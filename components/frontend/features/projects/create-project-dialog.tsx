"use client";
import { ProjectSummary } from "@pilothouse/contracts";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { type ChangeEvent, type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Notice } from "@/components/ui/feedback";
import { Field, Input, Textarea } from "@/components/ui/field";
import { toast } from "@/components/ui/toast";
import { api, pages } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { fieldProblems } from "@/lib/api/field-problems";
import { ApiError, request } from "@/lib/api/request";
import * as texts from "@/lib/texts";
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

  function reset(): void {
    setDisplayName("");
    setTypedName(undefined);
    setDescription("");
  }

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
    onSuccess: (project) => {
      // Closed before the list knows the new name, which it would call taken.
      onOpenChange(false);
      reset();
      toast(texts.projects.created(project.displayName));
      void client.invalidateQueries({ queryKey: queryKeys.projects });
      if (project.status === "Ready") router.push(pages.sessions(project.name));
    },
  });

  const refusedName = refusalOf(create.error);
  const remaining = refusedName === undefined ? create.error?.message : undefined;

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (name !== "" && problem === undefined && !create.isPending) create.mutate();
  }
  /** What the server said holds until something else is typed. */
  function change(set: (text: string) => void): (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => void {
    return (event) => {
      set(event.target.value);
      if (!create.isPending) create.reset();
    };
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
          {(ids) => <Input {...ids} value={displayName} maxLength={100} autoFocus onChange={change(setDisplayName)} />}
        </Field>
        <Field label={texts.projects.name} hint={texts.projects.nameHint} error={problem ?? refusedName}>
          {(ids) => (
            <Input
              {...ids}
              value={name}
              required
              spellCheck={false}
              autoComplete="off"
              className="font-mono text-sm"
              onChange={change(setTypedName)}
            />
          )}
        </Field>
        <Field label={texts.projects.description} optional={texts.common.optional}>
          {(ids) => (
            <Textarea {...ids} value={description} maxLength={500} rows={2} onChange={change(setDescription)} />
          )}
        </Field>
        {remaining === undefined ? null : <Notice title={remaining} />}
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

/** Why a name was refused: others may have a project of that name which this user does not see. */
function refusalOf(error: Error | null): string | undefined {
  if (error instanceof ApiError && error.code === "ALREADY_EXISTS") return texts.projects.nameTaken;
  return fieldProblems(error).get("name");
}
