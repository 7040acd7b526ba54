"use client";
/** Per runner type: which keys it needs, and whether it can start. */
import { Check, CircleDashed } from "lucide-react";
import { useRunnerSecrets, useRunnerTypes } from "@/lib/api/queries";
import * as texts from "@/lib/texts";
import { missingKeys } from "../new-session/session-form";

const words = texts.secrets;

export function RunnerReadiness({ project }: { project: string }) {
  const { data: runners } = useRunnerTypes(project);
  const { data: secrets } = useRunnerSecrets(project);
  if (runners === undefined || secrets === undefined || runners.length === 0) return null;
  const set = new Set(secrets.keys.filter((key) => key.set).map((key) => key.name));
  return (
    <ul aria-label={words.runners} className="divide-y divide-line rounded-2xl border border-line bg-card">
      {runners.map((runner) => {
        const { requiredSecretKeys: needed, secretKeyLogic } = runner.auth;
        const missing = missingKeys(runner, set);
        return (
          <li key={runner.id} className="flex items-center gap-3 px-4 py-2.5">
            {missing.length === 0 ? (
              <Check aria-hidden className="size-4 shrink-0 text-ok" strokeWidth={2.4} />
            ) : (
              <CircleDashed aria-hidden className="size-4 shrink-0 text-ink-3" />
            )}
            <span className="min-w-0 flex-1">
              <span className="font-medium">{runner.displayName}</span>
              <span className="block text-sm break-words text-ink-2">
                {needed.length === 0 ? words.needsNone : words.needs(needed, secretKeyLogic === "any")}
              </span>
            </span>
            <span className="shrink-0 text-right text-sm text-ink-2">
              {missing.length === 0 ? words.ready : words.missing(secretKeyLogic === "any" ? 1 : missing.length)}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
