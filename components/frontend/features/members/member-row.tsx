"use client";
import type { Permission } from "@pilothouse/contracts";
import { User, Users, X } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { api } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { command } from "@/lib/api/request";
import { texts } from "@/lib/texts";
import { useSettingsChange } from "../settings/use-settings-query";

interface MemberRowProps {
  project: string;
  member: Permission;
  canChange: boolean;
}

export function MemberRow({ project, member, canChange }: MemberRowProps) {
  const [isRemoving, setRemoving] = useState(false);
  const change = useSettingsChange(queryKeys.permissions(project));
  const Icon = member.subjectType === "user" ? User : Users;
  return (
    <li className="flex items-center gap-3 px-4 py-2.5">
      <Icon
        aria-label={member.subjectType === "user" ? texts.members.user : texts.members.group}
        className="size-4 shrink-0 text-ink-3"
      />
      <span className="min-w-0 flex-1 truncate">{member.subjectName}</span>
      <span className="text-sm text-ink-2" title={texts.members.roleLeads[member.role]}>
        {texts.members.roles[member.role]}
      </span>
      {canChange ? (
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
        description={texts.members.removeLead}
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
