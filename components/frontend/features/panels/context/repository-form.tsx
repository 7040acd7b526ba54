"use client";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Field, Input } from "@/components/ui/field";
import * as texts from "@/lib/texts";
import { isRepository } from "./repository-model";

interface RepositoryFormProps {
  /** The address of one that exists, which stays. */
  url?: string;
  branch?: string;
  isSaving: boolean;
  onSave: (repository: { url: string; branch: string }) => void;
  onCancel: () => void;
}

export function RepositoryForm({ url: known, branch: former = "", isSaving, onSave, onCancel }: RepositoryFormProps) {
  const [url, setUrl] = useState(known ?? "");
  const [branch, setBranch] = useState(former);
  const isGood = isRepository(url.trim(), branch.trim());
  function submit(event: FormEvent): void {
    event.preventDefault();
    if (isGood) onSave({ url: url.trim(), branch: branch.trim() });
  }
  return (
    <form onSubmit={submit} className="mt-2.5 grid gap-2.5">
      {known === undefined ? (
        <Field
          label={texts.create.repositoryUrl}
          error={url === "" || isRepository(url.trim(), "") ? undefined : texts.create.repositoryInvalid}
        >
          {(ids) => (
            <Input
              {...ids}
              value={url}
              autoFocus
              spellCheck={false}
              autoComplete="off"
              placeholder="https://github.com/org/repo.git"
              className="h-8 font-mono text-xs"
              onChange={(event) => setUrl(event.target.value)}
            />
          )}
        </Field>
      ) : null}
      <Field
        label={texts.create.branch}
        error={
          branch === "" || isRepository("https://x.test/y", branch.trim()) ? undefined : texts.create.branchInvalid
        }
      >
        {(ids) => (
          <Input
            {...ids}
            value={branch}
            autoFocus={known !== undefined}
            spellCheck={false}
            autoComplete="off"
            placeholder={texts.create.branchPlaceholder}
            className="h-8 font-mono text-xs"
            onChange={(event) => setBranch(event.target.value)}
          />
        )}
      </Field>
      <div className="flex justify-end gap-2">
        <Button size="sm" variant="ghost" onClick={onCancel}>
          {texts.common.cancel}
        </Button>
        <Button size="sm" variant="primary" type="submit" disabled={!isGood || isSaving}>
          {texts.common.save}
        </Button>
      </div>
    </form>
  );
}
