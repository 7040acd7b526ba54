"use client";
import { CreatedProjectKey, Role } from "@pilothouse/contracts";
import type { z } from "zod";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { Dialog } from "@/components/ui/dialog";
import { Notice } from "@/components/ui/feedback";
import { Field, Input, Select } from "@/components/ui/field";
import { api } from "@/lib/api/paths";
import { fieldProblems } from "@/lib/api/field-problems";
import { queryKeys } from "@/lib/api/query-keys";
import { request } from "@/lib/api/request";
import * as texts from "@/lib/texts";
import { useSettingsChange } from "../settings/use-settings-query";

const MAXIMUM_NAME = 63;
const DAY_SECONDS = 86_400;
const LIFETIMES = [7, 30, 90, 365];

export function CreateKeyDialog({ project, onClose }: { project: string; onClose: () => void }) {
  const [created, setCreated] = useState<z.infer<typeof CreatedProjectKey>>();
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={texts.keys.create}
      // Shown once: a click beside it or a stray Escape must not take it away.
      isFirm={created !== undefined}
    >
      {created === undefined ? (
        <KeyForm project={project} onCreated={setCreated} />
      ) : (
        <CreatedKey value={created.key} onClose={onClose} />
      )}
    </Dialog>
  );
}

function KeyForm({
  project,
  onCreated,
}: {
  project: string;
  onCreated: (key: z.infer<typeof CreatedProjectKey>) => void;
}) {
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [role, setRole] = useState<Role>("edit");
  const [days, setDays] = useState(90);
  const change = useSettingsChange<z.infer<typeof CreatedProjectKey>>(queryKeys.keys(project));

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (change.isPending) return;
    const body = { name: name.trim(), description, role, expirationSeconds: days * DAY_SECONDS };
    change.mutate({
      run: () => request(CreatedProjectKey, api.keys(project), { method: "POST", body }),
      done: texts.keys.created,
      onDone: onCreated,
    });
  }

  return (
    <form onSubmit={submit} className="grid gap-4">
      <Field label={texts.keys.name} error={fieldProblems(change.error).get("name")}>
        {(ids) => (
          <Input
            {...ids}
            value={name}
            required
            autoFocus
            maxLength={MAXIMUM_NAME}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <Field label={texts.keys.description} optional={texts.common.optional}>
        {(ids) => (
          <Input
            {...ids}
            value={description}
            maxLength={500}
            onChange={(event) => setDescription(event.target.value)}
          />
        )}
      </Field>
      <div className="grid grid-cols-2 gap-4">
        <Field label={texts.members.role}>
          {(ids) => (
            <Select {...ids} value={role} onChange={(event) => setRole(Role.parse(event.target.value))}>
              {Role.options.map((option) => (
                <option key={option} value={option}>
                  {texts.members.roles[option]}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={texts.keys.expires}>
          {(ids) => (
            <Select {...ids} value={days} onChange={(event) => setDays(Number(event.target.value))}>
              {LIFETIMES.map((count) => (
                <option key={count} value={count}>
                  {texts.keys.days(count)}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </div>
      <Button
        type="submit"
        variant="primary"
        disabled={name.trim() === "" || change.isPending}
        className="justify-self-end"
      >
        {texts.common.create}
      </Button>
    </form>
  );
}

function CreatedKey({ value, onClose }: { value: string; onClose: () => void }) {
  return (
    <div className="grid gap-4">
      <Notice tone="warn" title={texts.keys.shownOnce} />
      <div className="flex items-start gap-2 rounded-xl border border-line bg-code p-3">
        <code className="min-w-0 flex-1 font-mono text-xs break-all">{value}</code>
        <CopyButton text={value} label={texts.common.copy} />
      </div>
      <Button variant="primary" className="justify-self-end" onClick={onClose}>
        {texts.keys.done}
      </Button>
    </div>
  );
}
