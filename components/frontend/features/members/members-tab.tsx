"use client";
import { PermissionList } from "@pilothouse/contracts";
import { api } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import * as texts from "@/lib/texts";
import { Guarded } from "../settings/guarded";
import { Section } from "../settings/section";
import { useSettingsQuery } from "../settings/use-settings-query";
import { AddMember } from "./add-member";
import { MemberRow } from "./member-row";

export function MembersTab({ project }: { project: string }) {
  const query = useSettingsQuery(queryKeys.permissions(project), PermissionList, api.permissions(project));
  return (
    <Section title={texts.members.title} lead={texts.members.lead}>
      <Guarded project={project} action="manageMembers" query={query}>
        {({ items }, canChange) => (
          <>
            {items.length === 0 ? <p className="text-ink-2">{texts.members.empty}</p> : null}
            <ul className="divide-y divide-line rounded-2xl border border-line bg-card">
              {items.map((member) => (
                <MemberRow
                  key={`${member.subjectType}/${member.subjectName}/${member.role}`}
                  project={project}
                  member={member}
                  canChange={canChange}
                  isLastAdmin={member.role === "admin" && items.filter((item) => item.role === "admin").length === 1}
                />
              ))}
            </ul>
            {canChange ? <AddMember project={project} /> : null}
          </>
        )}
      </Guarded>
    </Section>
  );
}
