"use client";
/** What `${NAME}` means, and whether the secrets that are named here are set. */
import { SecretKeysAnswer } from "@pilothouse/contracts";
import { useQuery } from "@tanstack/react-query";
import { Badge } from "@/components/ui/badge";
import { Link } from "@/components/ui/link";
import { api, pages } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { request } from "@/lib/api/request";
import * as texts from "@/lib/texts";

const words = texts.toolServers;

export function VariableNotes({ project, names }: { project: string; names: readonly string[] }) {
  const { data } = useQuery({
    queryKey: queryKeys.integrationSecrets(project),
    queryFn: ({ signal }) => request(SecretKeysAnswer, api.integrationSecrets(project), { signal }),
  });
  const isSet = (name: string) => data?.keys.some((key) => key.name === name && key.set) === true;
  const isMissing = data !== undefined && names.some((name) => !isSet(name));
  return (
    <div className="grid gap-2 rounded-xl border border-line bg-panel p-3 text-sm">
      <p className="text-ink-2">{words.variablesLead}</p>
      {names.length === 0 || data === undefined ? null : (
        <ul className="flex flex-wrap gap-x-4 gap-y-1.5">
          {names.map((name) => (
            <li key={name} className="flex items-center gap-1.5">
              <code className="font-mono text-xs">{name}</code>
              <Badge tone={isSet(name) ? "ok" : "warn"}>
                {isSet(name) ? words.variableSet : words.variableMissing}
              </Badge>
            </li>
          ))}
        </ul>
      )}
      {isMissing ? (
        <Link href={pages.settings(project, "secrets")} className="justify-self-start text-accent-ink hover:underline">
          {words.setThem}
        </Link>
      ) : null}
    </div>
  );
}
