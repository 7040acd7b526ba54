"use client";
/** Runner and model in one choice: models grouped by the runner that serves them, those that lack a key below. */
import type { ModelOption, RunnerTypeOption } from "@pilothouse/contracts";
import { Check, ChevronDown, KeyRound } from "lucide-react";
import { Fragment } from "react";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import { Menu, MenuItem, MenuLabel } from "@/components/ui/menu";
import { pages } from "@/lib/api/paths";
import * as texts from "@/lib/texts";
import { missingKeys, modelsFor, type SessionForm } from "./session-form";

interface ModelPickerProps {
  project: string;
  runners: readonly RunnerTypeOption[];
  models: readonly ModelOption[];
  /** Names of the keys that the project has; undefined while that is not known. */
  setKeys: ReadonlySet<string> | undefined;
  runner: RunnerTypeOption | undefined;
  model: string | undefined;
  onChange: (changes: Pick<SessionForm, "runner" | "model">) => void;
}

export function ModelPicker({ project, runners, models, setKeys, runner, model, onChange }: ModelPickerProps) {
  const own = modelsFor(runner, models);
  const current = own.find((item) => item.id === model) ?? own.find((item) => item.isDefault) ?? own[0];
  const label =
    runner === undefined ? texts.common.loading : current === undefined ? runner.displayName : current.label;
  const missingOf = (item: RunnerTypeOption) => (setKeys === undefined ? [] : missingKeys(item, setKeys));
  const usableFirst = runners.toSorted((a, b) => Number(missingOf(a).length > 0) - Number(missingOf(b).length > 0));
  return (
    <Menu
      className="w-76"
      trigger={
        <Button variant="ghost" size="sm" aria-label={`${texts.create.runner}, ${texts.create.model}: ${label}`}>
          {label}
          <ChevronDown aria-hidden className="size-3.5 text-ink-3" />
        </Button>
      }
    >
      {usableFirst.map((item) => {
        const choices = modelsFor(item, models);
        const missing = missingOf(item);
        if (missing.length > 0)
          return (
            <Fragment key={item.id}>
              <MenuLabel>{item.displayName}</MenuLabel>
              <MenuItem asChild>
                <Link href={pages.settings(project, "secrets")}>
                  <KeyRound aria-hidden className="size-3.5 shrink-0 text-warn-ink" />
                  <span className="min-w-0 flex-1 break-words text-ink-2">
                    {texts.create.needsKey(missing.join(item.auth.secretKeyLogic === "any" ? " or " : ", "))}
                  </span>
                </Link>
              </MenuItem>
            </Fragment>
          );
        return (
          <Fragment key={item.id}>
            <MenuLabel>{item.displayName}</MenuLabel>
            {choices.length === 0 ? (
              <MenuItem onSelect={() => onChange({ runner: item.id, model: undefined })}>
                <span className="min-w-0 flex-1 text-ink-2">
                  {item.description === "" ? texts.create.noModel : item.description}
                </span>
                {runner?.id === item.id ? <Check aria-hidden className="size-3.5 text-accent" /> : null}
              </MenuItem>
            ) : null}
            {choices.map((choice) => (
              <MenuItem key={choice.id} onSelect={() => onChange({ runner: item.id, model: choice.id })}>
                <span className="min-w-0 flex-1 truncate">{choice.label}</span>
                {choice.isDefault ? <span className="text-2xs text-ink-3">{texts.create.defaultModel}</span> : null}
                {runner?.id === item.id && current?.id === choice.id ? (
                  <Check aria-hidden className="size-3.5 text-accent" />
                ) : null}
              </MenuItem>
            ))}
          </Fragment>
        );
      })}
    </Menu>
  );
}
