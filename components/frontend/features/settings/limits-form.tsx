"use client";
import { SettingsAnswer } from "@pilothouse/contracts";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Field, Input } from "@/components/ui/field";
import { api } from "@/lib/api/paths";
import { fieldProblems } from "@/lib/api/field-problems";
import { queryKeys } from "@/lib/api/query-keys";
import { request } from "@/lib/api/request";
import * as texts from "@/lib/texts";
import { draftOf, type LimitsDraft, requestOfDraft } from "./limits";
import { useSettingsChange } from "./use-settings-query";

const fields = [
  {
    name: "inactivityMinutes",
    label: texts.general.inactivity,
    hint: texts.general.inactivityHint,
    step: "any",
    path: "inactivityTimeoutSeconds",
  },
  { name: "maxRunning", label: texts.general.maxRunning, hint: undefined, step: 1, path: "limits.maxRunningSessions" },
  { name: "maxCost", label: texts.general.maxCost, hint: undefined, step: 0.01, path: "limits.maxCostUsdPerDay" },
] as const;

export function LimitsForm({
  project,
  settings,
  canChange,
}: {
  project: string;
  settings: SettingsAnswer;
  canChange: boolean;
}) {
  const [draft, setDraft] = useState<LimitsDraft>(() => draftOf(settings));
  const change = useSettingsChange(queryKeys.settings(project));
  const problems = fieldProblems(change.error);
  const isChanged = JSON.stringify(draft) !== JSON.stringify(draftOf(settings));

  function submit(event: FormEvent): void {
    event.preventDefault();
    change.mutate({
      run: () => request(SettingsAnswer, api.settings(project), { method: "PUT", body: requestOfDraft(draft) }),
      done: texts.general.saved,
    });
  }

  return (
    <form onSubmit={submit} className="grid gap-4 rounded-2xl border border-line bg-card p-4">
      {fields.map((field) => (
        <Field key={field.name} label={field.label} hint={field.hint} error={problems.get(field.path)}>
          {(ids) => (
            <Input
              {...ids}
              type="number"
              min={0}
              step={field.step}
              placeholder={texts.general.noLimit}
              value={draft[field.name]}
              disabled={!canChange}
              className="max-w-48"
              onChange={(event) => {
                setDraft({ ...draft, [field.name]: event.target.value });
                if (change.isError) change.reset();
              }}
            />
          )}
        </Field>
      ))}
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
