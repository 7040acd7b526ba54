"use client";
/** Servers of the platform that this project does without. The platform's list is not the project's to read. */
import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Field, Input } from "@/components/ui/field";
import { Switch } from "@/components/ui/switch";
import * as texts from "@/lib/texts";

const words = texts.toolServers;

interface PlatformServersProps {
  disabled: readonly string[];
  canChange: boolean;
  isBusy: boolean;
  onToggle: (name: string, isOn: boolean) => void;
}

export function PlatformServers({ disabled, canChange, isBusy, onToggle }: PlatformServersProps) {
  const [name, setName] = useState("");
  function submit(event: FormEvent): void {
    event.preventDefault();
    onToggle(name.trim(), false);
    setName("");
  }
  return (
    <>
      {disabled.length === 0 ? null : (
        <ul className="divide-y divide-line rounded-2xl border border-line bg-card">
          {disabled.map((item) => (
            <li key={item} className="flex items-center gap-3 px-4 py-2.5">
              <span className="min-w-0 flex-1 truncate font-medium">{item}</span>
              <span className="text-xs text-ink-3">{words.platform}</span>
              {canChange ? (
                <Switch
                  checked={false}
                  disabled={isBusy}
                  label={words.toggle(item)}
                  onChange={() => onToggle(item, true)}
                />
              ) : (
                <span className="text-sm text-ink-2">{words.disabled}</span>
              )}
            </li>
          ))}
        </ul>
      )}
      {canChange ? (
        <form onSubmit={submit} className="flex items-start gap-3 rounded-2xl border border-line bg-panel p-4">
          <Field label={words.disablePlatform} hint={words.disablePlatformHint} className="min-w-0 flex-1">
            {(ids) => (
              <Input
                {...ids}
                value={name}
                maxLength={100}
                spellCheck={false}
                autoComplete="off"
                className="font-mono text-sm"
                onChange={(event) => setName(event.target.value)}
              />
            )}
          </Field>
          <Button
            type="submit"
            size="lg"
            className="mt-6.5"
            disabled={name.trim() === "" || disabled.includes(name.trim()) || isBusy}
          >
            {words.switchOff}
          </Button>
        </form>
      ) : null}
    </>
  );
}
