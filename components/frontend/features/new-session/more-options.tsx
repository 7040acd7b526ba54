"use client";
import { Field, Input, Select } from "@/components/ui/field";
import { texts } from "@/lib/texts";
import type { SessionForm } from "./session-form";

interface MoreOptionsProps {
  form: SessionForm;
  isReplay: boolean;
  /** Whether all options are asked for, or only those that the runner cannot do without. */
  isWhole: boolean;
  hasModels: boolean;
  onChange: (changes: Partial<SessionForm>) => void;
}

const MODES = ["bypass", "acceptEdits", "ask", "plan"] as const;

export function MoreOptions({ form, isReplay, isWhole, hasModels, onChange }: MoreOptionsProps) {
  const words = texts.create;
  return (
    <div className="grid gap-4 rounded-2xl border border-line bg-panel p-4 sm:grid-cols-2">
      {isReplay ? (
        <Field label={words.recording} hint={words.recordingHint} className="sm:col-span-2">
          {(ids) => (
            <Input
              {...ids}
              value={form.recording}
              spellCheck={false}
              onChange={(event) => onChange({ recording: event.target.value })}
            />
          )}
        </Field>
      ) : null}
      {isWhole ? (
        <>
          <Field label={words.name} hint={words.nameHint} className="sm:col-span-2">
            {(ids) => (
              <Input
                {...ids}
                value={form.displayName}
                maxLength={50}
                onChange={(event) => onChange({ displayName: event.target.value })}
              />
            )}
          </Field>
          {hasModels ? (
            <Field label={words.permissionMode}>
              {(ids) => (
                <Select
                  {...ids}
                  value={form.permissionMode}
                  onChange={(event) =>
                    onChange({ permissionMode: MODES.find((mode) => mode === event.target.value) ?? "bypass" })
                  }
                >
                  {MODES.map((mode) => (
                    <option key={mode} value={mode}>
                      {words.permissionModes[mode]}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
          ) : null}
          <Field label={`${words.timeout} (${words.minutes})`} optional={texts.common.optional}>
            {(ids) => (
              <Input
                {...ids}
                type="number"
                min={0}
                step={1}
                inputMode="numeric"
                value={form.timeoutMinutes}
                onChange={(event) => onChange({ timeoutMinutes: event.target.value })}
              />
            )}
          </Field>
          <Field label={`${words.maxCost} (US $)`} optional={texts.common.optional}>
            {(ids) => (
              <Input
                {...ids}
                type="number"
                min={0}
                step="any"
                inputMode="decimal"
                value={form.maxCostUsd}
                onChange={(event) => onChange({ maxCostUsd: event.target.value })}
              />
            )}
          </Field>
          <label className="flex items-center gap-2.5 self-end py-2 text-sm font-medium">
            <input
              type="checkbox"
              checked={form.stopOnRunFinished}
              onChange={(event) => onChange({ stopOnRunFinished: event.target.checked })}
              className="size-4 accent-(--accent)"
            />
            {words.stopOnRunFinished}
          </label>
        </>
      ) : null}
    </div>
  );
}
