"use client";
import { FlagList, type FlagState } from "@pilothouse/contracts";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Select } from "@/components/ui/field";
import { api } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { command } from "@/lib/api/request";
import * as texts from "@/lib/texts";
import { Guarded } from "../settings/guarded";
import { Section } from "../settings/section";
import { useSettingsChange, useSettingsQuery } from "../settings/use-settings-query";

export function FlagsTab({ project }: { project: string }) {
  const query = useSettingsQuery(queryKeys.flags(project), FlagList, api.flags(project));
  return (
    <Section title={texts.flags.title} lead={texts.flags.lead}>
      <Guarded project={project} action="manageFlags" query={query}>
        {({ items }, canChange) =>
          items.length === 0 ? (
            <p className="text-ink-2">{texts.flags.empty}</p>
          ) : (
            <ul className="divide-y divide-line rounded-2xl border border-line bg-card">
              {items.map((flag) => (
                <FlagRow key={flag.flag} project={project} flag={flag} canChange={canChange} />
              ))}
            </ul>
          )
        }
      </Guarded>
    </Section>
  );
}

function FlagRow({ project, flag, canChange }: { project: string; flag: FlagState; canChange: boolean }) {
  const change = useSettingsChange(queryKeys.project(project));
  const path = api.flagOverride(project, flag.flag);
  const done = texts.flags.changed(flag.flag);
  const set = (enabled: boolean) =>
    change.mutate({ run: () => command(path, { method: "PUT", body: { enabled } }), done });
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1.5 px-4 py-3">
      <div className="min-w-0 flex-[1_0_100%] sm:flex-1">
        <p className="font-mono break-all text-sm font-medium">{flag.flag}</p>
        <p className="text-sm text-ink-2">{flag.description}</p>
      </div>
      <span className="mr-auto text-xs text-ink-3 sm:mr-0">{texts.flags.sources[flag.source]}</span>
      {canChange ? (
        <>
          <Select
            aria-label={flag.flag}
            value={flag.enabled ? "on" : "off"}
            disabled={change.isPending}
            className="w-24"
            onChange={(event) => set(event.target.value === "on")}
          >
            <option value="on">{texts.flags.on}</option>
            <option value="off">{texts.flags.off}</option>
          </Select>
          {flag.override === null ? null : (
            <Button
              size="sm"
              variant="link"
              onClick={() => change.mutate({ run: () => command(path, { method: "DELETE" }), done })}
            >
              {texts.flags.followPlatform}
            </Button>
          )}
        </>
      ) : (
        <Badge tone={flag.enabled ? "ok" : "neutral"}>{flag.enabled ? texts.flags.on : texts.flags.off}</Badge>
      )}
    </li>
  );
}
