"use client";
/** Which tool servers a session has: the project's, each on or off, and some of its own. */
import { McpServers } from "@pilothouse/contracts";
import { useQuery } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Switch } from "@/components/ui/switch";
import { api } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { request } from "@/lib/api/request";
import * as texts from "@/lib/texts";
import { ServerDialog } from "../tool-servers/server-dialog";
import { summaryOf } from "../tool-servers/server-form";
import type { SessionForm } from "./session-form";

const words = texts.create;

interface ToolServerChoiceProps {
  project: string;
  form: SessionForm;
  onChange: (changes: Partial<SessionForm>) => void;
}

export function ToolServerChoice({ project, form, onChange }: ToolServerChoiceProps) {
  const [isAdding, setAdding] = useState(false);
  const { data } = useQuery({
    queryKey: queryKeys.toolServers(project),
    queryFn: ({ signal }) => request(McpServers, api.toolServers(project), { signal }),
  });
  const switchedOff = data?.disabled ?? [];
  const offered = Object.entries(data?.custom ?? {}).filter(([name]) => !switchedOff.includes(name));
  const own = Object.entries(form.servers);
  return (
    <fieldset className="grid gap-2 sm:col-span-2">
      <legend className="contents">
        <span className="text-sm font-medium">{words.toolServers}</span>
      </legend>
      <p className="-mt-1 text-xs text-ink-3">{words.toolServersLead}</p>
      {offered.length === 0 && own.length === 0 ? (
        <p className="text-sm text-ink-2">{words.toolServersEmpty}</p>
      ) : (
        <ul className="divide-y divide-line rounded-xl border border-line bg-card">
          {offered.map(([name, server]) => (
            <li key={name} className="flex items-center gap-3 px-3 py-2">
              <span className="font-medium">{name}</span>
              <span className="min-w-0 flex-1 truncate font-mono text-xs text-ink-2">{summaryOf(server)}</span>
              <Switch
                label={words.useServer(name)}
                checked={!form.disabledServers.includes(name)}
                onChange={(isOn) =>
                  onChange({
                    disabledServers: isOn
                      ? form.disabledServers.filter((item) => item !== name)
                      : [...form.disabledServers, name],
                  })
                }
              />
            </li>
          ))}
          {own.map(([name, server]) => (
            <li key={name} className="flex items-center gap-3 px-3 py-2">
              <span className="font-medium">{name}</span>
              <span className="min-w-0 flex-1 truncate font-mono text-xs text-ink-2">{summaryOf(server)}</span>
              <span className="text-xs text-ink-3">{words.ofSession}</span>
              <Button
                variant="ghost"
                size="icon-sm"
                aria-label={`${texts.common.remove} ${name}`}
                onClick={() => onChange({ servers: Object.fromEntries(own.filter(([item]) => item !== name)) })}
              >
                <X aria-hidden className="size-3.5" />
              </Button>
            </li>
          ))}
        </ul>
      )}
      <Button variant="link" size="sm" className="justify-self-start" onClick={() => setAdding(true)}>
        <Plus aria-hidden className="size-3.5" />
        {texts.toolServers.add}
      </Button>
      {isAdding ? (
        <ServerDialog
          edited={undefined}
          taken={[...offered, ...own].map(([name]) => name)}
          project={undefined}
          isSaving={false}
          onSave={(name, server) => {
            onChange({ servers: { ...form.servers, [name]: server } });
            setAdding(false);
          }}
          onClose={() => setAdding(false)}
        />
      ) : null}
    </fieldset>
  );
}
