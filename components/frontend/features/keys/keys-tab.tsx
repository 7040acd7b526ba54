"use client";
import { type ProjectKey, ProjectKeyList } from "@pilothouse/contracts";
import { KeyRound, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { Time } from "@/components/ui/time";
import { api } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { useAllowed } from "@/lib/api/queries";
import { command } from "@/lib/api/request";
import * as texts from "@/lib/texts";
import { useNow } from "@/lib/use-now";
import { Guarded } from "../settings/guarded";
import { Section } from "../settings/section";
import { useSettingsChange, useSettingsQuery } from "../settings/use-settings-query";
import { CreateKeyDialog } from "./create-key-dialog";

export function KeysTab({ project }: { project: string }) {
  const query = useSettingsQuery(queryKeys.keys(project), ProjectKeyList, api.keys(project));
  const canManage = useAllowed(project, "manageKeys") === true;
  const [isCreating, setCreating] = useState(false);
  return (
    <Section
      title={texts.keys.title}
      lead={texts.keys.lead}
      action={
        canManage ? (
          <Button onClick={() => setCreating(true)}>
            <Plus aria-hidden className="size-4" />
            {texts.keys.create}
          </Button>
        ) : null
      }
    >
      <Guarded project={project} action="manageKeys" query={query}>
        {({ items }, canChange) => (
          <>
            {items.length === 0 ? <p className="text-ink-2">{texts.keys.empty}</p> : null}
            {items.length === 0 ? null : (
              <ul className="divide-y divide-line rounded-2xl border border-line bg-card">
                {items.map((key) => (
                  <KeyRow key={key.id} project={project} item={key} canChange={canChange} />
                ))}
              </ul>
            )}
          </>
        )}
      </Guarded>
      {isCreating ? <CreateKeyDialog project={project} onClose={() => setCreating(false)} /> : null}
    </Section>
  );
}

function KeyRow({ project, item, canChange }: { project: string; item: ProjectKey; canChange: boolean }) {
  const [isDeleting, setDeleting] = useState(false);
  const change = useSettingsChange(queryKeys.keys(project));
  return (
    <li className="flex items-center gap-3 px-4 py-2.5">
      <KeyRound aria-hidden className="size-4 shrink-0 text-ink-3" />
      <div className="min-w-0 flex-1">
        <p className="flex items-baseline gap-2">
          <span className="truncate font-medium">{item.name}</span>
          <span className="text-xs text-ink-3">{texts.members.roles[item.role]}</span>
        </p>
        <p className="truncate text-sm text-ink-2">{item.description}</p>
      </div>
      <p className="shrink-0 text-right text-xs text-ink-3">
        <Expiry at={item.expiresAt} />
        <br />
        {item.lastUsedAt === null ? (
          texts.keys.neverUsed
        ) : (
          <>
            {texts.keys.lastUsed} <Time at={item.lastUsedAt} />
          </>
        )}
      </p>
      {canChange ? (
        <Button
          variant="ghost"
          size="icon-sm"
          aria-label={`${texts.common.delete} ${item.name}`}
          onClick={() => setDeleting(true)}
        >
          <Trash2 aria-hidden className="size-4" />
        </Button>
      ) : null}
      <Confirm
        open={isDeleting}
        onOpenChange={setDeleting}
        title={texts.keys.deleteTitle(item.name)}
        description={texts.keys.deleteLead}
        action={texts.common.delete}
        pending={change.isPending}
        onConfirm={() => {
          setDeleting(false);
          change.mutate({
            run: () => command(api.key(project, item.id), { method: "DELETE" }),
            done: texts.keys.deleted(item.name),
          });
        }}
      />
    </li>
  );
}

function Expiry({ at }: { at: string }) {
  const now = useNow(60_000);
  const moment = Date.parse(at);
  const isOver = now !== 0 && moment <= now;
  return (
    <time dateTime={at} title={new Date(moment).toUTCString()} className={isOver ? "font-medium text-bad" : undefined}>
      {isOver
        ? texts.keys.expired
        : texts.keys.expiresOn(new Date(moment).toLocaleDateString("en", { timeZone: "UTC" }))}
    </time>
  );
}
