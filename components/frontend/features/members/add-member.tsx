"use client";
import { Permission, Role, SubjectType } from "@pilothouse/contracts";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Field, Input, Select } from "@/components/ui/field";
import { api } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { request } from "@/lib/api/request";
import * as texts from "@/lib/texts";
import { useSettingsChange } from "../settings/use-settings-query";

export function AddMember({ project }: { project: string }) {
  const [subjectType, setSubjectType] = useState<SubjectType>("user");
  const [subjectName, setSubjectName] = useState("");
  const [role, setRole] = useState<Role>("edit");
  const change = useSettingsChange(queryKeys.permissions(project));

  function submit(event: FormEvent): void {
    event.preventDefault();
    const body = { subjectType, subjectName: subjectName.trim(), role };
    change.mutate({
      run: () => request(Permission, api.permissions(project), { method: "POST", body }),
      done: texts.members.added(body.subjectName),
      onDone: () => setSubjectName(""),
    });
  }

  return (
    <form
      onSubmit={submit}
      className="grid items-end gap-3 rounded-2xl border border-line bg-panel p-4 sm:grid-cols-[120px_1fr_120px_auto]"
    >
      <Field label={texts.members.type}>
        {(ids) => (
          <Select
            {...ids}
            value={subjectType}
            onChange={(event) => setSubjectType(SubjectType.parse(event.target.value))}
          >
            <option value="user">{texts.members.user}</option>
            <option value="group">{texts.members.group}</option>
          </Select>
        )}
      </Field>
      <Field label={texts.members.name}>
        {(ids) => (
          <Input
            {...ids}
            value={subjectName}
            required
            maxLength={253}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setSubjectName(event.target.value)}
          />
        )}
      </Field>
      <Field label={texts.members.role}>
        {(ids) => (
          <Select {...ids} value={role} onChange={(event) => setRole(Role.parse(event.target.value))}>
            {Role.options.map((name) => (
              <option key={name} value={name}>
                {texts.members.roles[name]}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Button type="submit" variant="primary" size="lg" disabled={subjectName.trim() === "" || change.isPending}>
        {texts.members.add}
      </Button>
      <p className="text-xs text-ink-3 sm:col-span-4">{texts.members.roleLeads[role]}.</p>
    </form>
  );
}
