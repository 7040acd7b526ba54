"use client";
import { Permission, Role } from "@pilothouse/contracts";
import { User, Users, X } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { Select } from "@/components/ui/field";
import { api } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { useMe } from "@/lib/api/queries";
import { command, request } from "@/lib/api/request";
import * as texts from "@/lib/texts";
import { useSettingsChange } from "../settings/use-settings-query";

interface MemberRowProps {
  project: string;
  member: Permission;
  canChange: boolean;
  /** The only one who can manage the project: it is kept. */
  isLastAdmin: boolean;
}

export function MemberRow({ project, member, canChange, isLastAdmin }: MemberRowProps) {
  const [isRemoving, setRemoving] = useState(false);
  const change = useSettingsChange(queryKeys.permissions(project));
  const { data: me } = useMe();
  // Who lowers their own role could not raise it again.
  const isSelf = member.subjectType === "user" && member.subjectName === me?.userId;
  const Icon = member.subjectType === "user" ? User : Users;
  return (
    <li className="flex items-center gap-3 px-4 py-2.5">
      <Icon
        aria-label={member.subjectType === "user" ? texts.members.user : texts.members.group}
        className="size-4 shrink-0 text-ink-3"
      />
      <span className="min-w-0 flex-1 truncate">{member.subjectName}</span>
      {canChange && !isSelf && !isLastAdmin ? (
        <Select
          aria-label={texts.members.roleOf(member.subjectName)}
          title={texts.members.roleLeads[member.role]}
          value={member.role}
          disabled={change.isPending}
          className="w-28"
          onChange={(event) => {
            const role = Role.parse(event.target.value);
            change.mutate({
              run: () => changeRole(project, member, role),
              done: texts.members.changed(member.subjectName, texts.members.roles[role]),
            });
          }}
        >
          {Role.options.map((role) => (
            <option key={role} value={role}>
              {texts.members.roles[role]}
            </option>
          ))}
        </Select>
      ) : (
        <span className="text-sm text-ink-2" title={texts.members.roleLeads[member.role]}>
          {texts.members.roles[member.role]}
        </span>
      )}
      {isLastAdmin ? <span className="text-xs text-ink-3">{texts.members.lastAdmin}</span> : null}
      {canChange && !isLastAdmin ? (
        <Button
          variant="ghost"
          size="icon-sm"
          aria-label={`${texts.common.remove} ${member.subjectName}`}
          onClick={() => setRemoving(true)}
        >
          <X aria-hidden className="size-4" />
        </Button>
      ) : null}
      <Confirm
        open={isRemoving}
        onOpenChange={setRemoving}
        title={texts.members.removeTitle(member.subjectName)}
        description={isSelf ? texts.members.removeSelfLead : texts.members.removeLead}
        action={texts.common.remove}
        pending={change.isPending}
        onConfirm={() => {
          setRemoving(false);
          change.mutate({
            run: () => command(api.permission(project, member.subjectType, member.subjectName), { method: "DELETE" }),
            done: texts.members.removed(member.subjectName),
          });
        }}
      />
    </li>
  );
}

/** A role binding's role never changes, so a member leaves and joins again; with the former role when that fails. */
async function changeRole(project: string, member: Permission, role: Role): Promise<Permission> {
  const { subjectType, subjectName } = member;
  const join = (as: Role) =>
    request(Permission, api.permissions(project), { method: "POST", body: { subjectType, subjectName, role: as } });
  await command(api.permission(project, subjectType, subjectName), { method: "DELETE" });
  try {
    return await join(role);
  } catch (error) {
    await join(member.role);
    throw error;
  }
}
