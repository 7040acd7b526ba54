"use client";
import { McpServers } from "@pilothouse/contracts";
import { Plus } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { api } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { useAllowed } from "@/lib/api/queries";
import { request } from "@/lib/api/request";
import * as texts from "@/lib/texts";
import { Guarded } from "../settings/guarded";
import { Section } from "../settings/section";
import { useSettingsChange, useSettingsQuery } from "../settings/use-settings-query";
import { PlatformServers } from "./platform-servers";
import { ServerDialog } from "./server-dialog";
import { ServerRow } from "./server-row";

const words = texts.toolServers;
type Custom = NonNullable<McpServers["custom"]>;

export function ToolServersTab({ project }: { project: string }) {
  const key = queryKeys.toolServers(project);
  const query = useSettingsQuery(key, McpServers, api.toolServers(project));
  const canManage = useAllowed(project, "manageSettings") === true;
  const change = useSettingsChange(key);
  /** The name of the server in the dialog; an empty one adds a server. */
  const [open, setOpen] = useState<string>();

  return (
    <Section
      title={words.title}
      lead={words.lead}
      action={
        canManage ? (
          <Button onClick={() => setOpen("")}>
            <Plus aria-hidden className="size-4" />
            {words.add}
          </Button>
        ) : null
      }
    >
      <Guarded project={project} action="manageSettings" query={query}>
        {({ custom = {}, disabled = [] }, canChange) => {
          const put = (next: { custom?: Custom; disabled?: readonly string[] }, done: string) =>
            change.mutate({
              run: () =>
                request(McpServers, api.toolServers(project), { method: "PUT", body: { custom, disabled, ...next } }),
              done,
              onDone: () => setOpen(undefined),
            });
          const toggle = (name: string, isOn: boolean) =>
            put(
              { disabled: isOn ? disabled.filter((item) => item !== name) : [...disabled, name] },
              words.switched(name, isOn),
            );
          const names = Object.keys(custom).toSorted();
          const edited = open === undefined ? undefined : custom[open];
          return (
            <>
              {names.length === 0 ? <p className="text-ink-2">{words.empty}</p> : null}
              {names.length === 0 ? null : (
                <ul className="divide-y divide-line rounded-2xl border border-line bg-card">
                  {Object.entries(custom)
                    .toSorted(([a], [b]) => a.localeCompare(b))
                    .map(([name, server]) => (
                      <ServerRow
                        key={name}
                        name={name}
                        server={server}
                        isOn={!disabled.includes(name)}
                        canChange={canChange}
                        isBusy={change.isPending}
                        onToggle={(isOn) => toggle(name, isOn)}
                        onEdit={() => setOpen(name)}
                        onRemove={() =>
                          put(
                            {
                              custom: Object.fromEntries(Object.entries(custom).filter(([item]) => item !== name)),
                              disabled: disabled.filter((item) => item !== name),
                            },
                            words.removed(name),
                          )
                        }
                      />
                    ))}
                </ul>
              )}
              <PlatformServers
                disabled={disabled.filter((name) => custom[name] === undefined)}
                canChange={canChange}
                isBusy={change.isPending}
                onToggle={toggle}
              />
              {open === undefined ? null : (
                <ServerDialog
                  edited={edited === undefined ? undefined : { name: open, server: edited }}
                  taken={names}
                  project={project}
                  isSaving={change.isPending}
                  onSave={(name, server) => put({ custom: { ...custom, [name]: server } }, words.saved(name))}
                  onClose={() => setOpen(undefined)}
                />
              )}
            </>
          );
        }}
      </Guarded>
    </Section>
  );
}
