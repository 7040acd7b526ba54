"use client";
import type { RunnerTypeOption } from "@pilothouse/contracts";
import { Field, Input, Select } from "@/components/ui/field";
import * as texts from "@/lib/texts";
import {
  type NumberField,
  numberProblem,
  parseLabels,
  PERMISSION_MODES,
  SERVER_FIELDS,
  type SessionForm,
} from "./session-form";
import { ToolServerChoice } from "./tool-server-choice";
import { WorkflowFields } from "./workflow-fields";

const words = texts.create;

interface OptionsProps {
  project: string;
  form: SessionForm;
  runner: RunnerTypeOption | undefined;
  /** What the server said about single fields, by its names. */
  problems: ReadonlyMap<string, string>;
  onChange: (changes: Partial<SessionForm>) => void;
}

interface MoreOptionsProps extends OptionsProps {
  /** Whether all options are asked for, or only those that the runner cannot do without. */
  isWhole: boolean;
  hasModels: boolean;
}

const panel = "grid gap-4 rounded-2xl border border-line bg-panel p-4 sm:grid-cols-2";

export function MoreOptions({ isWhole, hasModels, ...options }: MoreOptionsProps) {
  const { form, runner, onChange } = options;
  const isReplay = runner?.framework === "replay";
  return (
    <div className={panel}>
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
      {isWhole ? <AllOptions {...options} hasModels={hasModels} /> : null}
    </div>
  );
}

function AllOptions({ project, form, runner, problems, hasModels, onChange }: OptionsProps & { hasModels: boolean }) {
  const refused = (field: keyof typeof SERVER_FIELDS) => problems.get(SERVER_FIELDS[field]);
  const number = (field: NumberField, label: string, step: number | "any") => (
    <Field label={label} optional={texts.common.optional} error={numberProblem(field, form[field]) ?? refused(field)}>
      {(ids) => (
        <Input
          {...ids}
          type="number"
          min={0}
          step={step}
          inputMode="decimal"
          value={form[field]}
          onChange={(event) => onChange({ [field]: event.target.value })}
        />
      )}
    </Field>
  );
  return (
    <>
      <Field label={words.name} hint={words.nameHint} error={refused("displayName")} className="sm:col-span-2">
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
                onChange({ permissionMode: PERMISSION_MODES.find((mode) => mode === event.target.value) ?? "bypass" })
              }
            >
              {PERMISSION_MODES.map((mode) => (
                <option key={mode} value={mode}>
                  {words.permissionModes[mode]}
                </option>
              ))}
            </Select>
          )}
        </Field>
      ) : null}
      {number("maxCostUsd", `${words.maxCost} (US $)`, "any")}
      {number("timeoutMinutes", `${words.timeout} (${words.minutes})`, 1)}
      {number("inactivityMinutes", `${words.inactivity} (${words.minutes})`, 1)}
      <Field
        label={words.labels}
        optional={texts.common.optional}
        hint={words.labelsHint}
        error={parseLabels(form.labels) === undefined ? words.labelsInvalid : refused("labels")}
      >
        {(ids) => (
          <Input
            {...ids}
            value={form.labels}
            spellCheck={false}
            autoComplete="off"
            placeholder="team=blue, stage=test"
            onChange={(event) => onChange({ labels: event.target.value })}
          />
        )}
      </Field>
      <label className="flex items-center gap-2.5 self-center py-2 text-sm font-medium">
        <input
          type="checkbox"
          checked={form.stopOnRunFinished}
          onChange={(event) => onChange({ stopOnRunFinished: event.target.checked })}
          className="size-4 accent-(--accent)"
        />
        {words.stopOnRunFinished}
      </label>
      {runner?.capabilities.fileSystem === true ? (
        <fieldset className="grid gap-2 sm:col-span-2">
          <legend className="contents">
            <span className="text-sm font-medium">{words.workflow}</span>
          </legend>
          <p className="-mt-1 text-xs text-ink-3">{words.workflowLead}</p>
          <WorkflowFields
            project={project}
            workflow={form.workflow}
            onChange={(workflow) => onChange({ workflow: { ...workflow } })}
          />
        </fieldset>
      ) : null}
      {runner?.capabilities.mcp === true ? (
        <ToolServerChoice project={project} form={form} onChange={onChange} />
      ) : null}
    </>
  );
}
