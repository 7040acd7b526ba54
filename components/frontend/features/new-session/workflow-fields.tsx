"use client";
/** A workflow's address, branch and folder, or one that the project used before. */
import { Field, Input, Select } from "@/components/ui/field";
import * as texts from "@/lib/texts";
import { useSessions } from "../sessions/use-sessions";
import { rememberedWorkflows, type WorkflowDraft, workflowProblem } from "./workflow";

const words = texts.create;

interface WorkflowFieldsProps {
  project: string;
  workflow: WorkflowDraft;
  onChange: (workflow: WorkflowDraft) => void;
}

export function WorkflowFields({ project, workflow, onChange }: WorkflowFieldsProps) {
  const remembered = rememberedWorkflows(useSessions(project) ?? []);
  const problem = workflowProblem(workflow);
  const key = JSON.stringify(workflow);
  const input = (field: keyof WorkflowDraft, label: string, placeholder: string, className?: string) => (
    <Field
      label={label}
      {...(className === undefined ? {} : { className })}
      error={field === "gitUrl" ? problem : undefined}
    >
      {(ids) => (
        <Input
          {...ids}
          value={workflow[field]}
          placeholder={placeholder}
          spellCheck={false}
          autoComplete="off"
          className="font-mono text-sm"
          onChange={(event) => onChange({ ...workflow, [field]: event.target.value })}
        />
      )}
    </Field>
  );
  return (
    <div className="grid grid-cols-2 gap-3">
      {remembered.length === 0 ? null : (
        <Field label={words.rememberedWorkflows} className="col-span-2">
          {(ids) => (
            <Select
              {...ids}
              value={remembered.some((item) => JSON.stringify(item) === key) ? key : ""}
              onChange={(event) => {
                const chosen = remembered.find((item) => JSON.stringify(item) === event.target.value);
                if (chosen !== undefined) onChange(chosen);
              }}
            >
              <option value="">{words.anotherWorkflow}</option>
              {remembered.map((item) => (
                <option key={JSON.stringify(item)} value={JSON.stringify(item)}>
                  {[item.gitUrl, item.path, item.branch].filter(Boolean).join(" · ")}
                </option>
              ))}
            </Select>
          )}
        </Field>
      )}
      {input("gitUrl", words.workflowUrl, "https://github.com/org/workflows.git", "col-span-2")}
      {input("branch", words.branch, "main")}
      {input("path", words.workflowPath, "bug-triage")}
    </div>
  );
}
