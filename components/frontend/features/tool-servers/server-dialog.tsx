"use client";
/** Adds or edits one MCP server. Where it is kept is the caller's affair. */
import type { McpServer } from "@pilothouse/contracts";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field, Input, Select, Textarea } from "@/components/ui/field";
import * as texts from "@/lib/texts";
import { draftOf, EMPTY_SERVER, problemsOf, type ServerDraft, serverOf, variablesIn } from "./server-form";
import { VariableNotes } from "./variable-notes";

const words = texts.toolServers;
const TYPES = ["http", "sse", "stdio"] as const;

interface ServerDialogProps {
  /** The server to edit; undefined adds one. */
  edited: { name: string; server: McpServer } | undefined;
  taken: readonly string[];
  /** Where secrets may be used: the project whose integration tokens they are. */
  project: string | undefined;
  isSaving: boolean;
  onSave: (name: string, server: McpServer) => void;
  onClose: () => void;
}

export function ServerDialog({ edited, taken, project, isSaving, onSave, onClose }: ServerDialogProps) {
  const [draft, setDraft] = useState<ServerDraft>(() =>
    edited === undefined ? EMPTY_SERVER : draftOf(edited.name, edited.server),
  );
  const [isTried, setTried] = useState(false);
  const problems = problemsOf(draft, {
    taken: taken.filter((name) => name !== edited?.name),
    allowsVariables: project !== undefined,
  });
  const set = (field: keyof ServerDraft) => (value: string) => setDraft({ ...draft, [field]: value });
  /** What is still being written is not called wrong before it is sent. */
  const shown = (field: keyof ServerDraft) => (isTried || draft[field] !== "" ? problems[field] : undefined);

  function submit(event: FormEvent): void {
    event.preventDefault();
    event.stopPropagation();
    setTried(true);
    if (Object.keys(problems).length === 0) onSave(draft.name.trim(), serverOf(draft));
  }

  const line = (field: "name" | "command" | "url", hint?: string) => (
    <Field label={words[field]} hint={hint} error={shown(field)}>
      {(ids) => (
        <Input
          {...ids}
          value={draft[field]}
          spellCheck={false}
          autoComplete="off"
          className="font-mono text-sm"
          autoFocus={field === "name" && edited === undefined}
          disabled={field === "name" && edited !== undefined}
          onChange={(event) => set(field)(event.target.value)}
        />
      )}
    </Field>
  );
  const lines = (field: "args" | "env" | "headers", hint: string, placeholder: string) => (
    <Field label={words[field]} optional={texts.common.optional} hint={hint} error={shown(field)}>
      {(ids) => (
        <Textarea
          {...ids}
          value={draft[field]}
          rows={2}
          spellCheck={false}
          placeholder={placeholder}
          className="min-h-16 font-mono text-sm"
          onChange={(event) => set(field)(event.target.value)}
        />
      )}
    </Field>
  );

  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={edited === undefined ? words.addTitle : words.editTitle(edited.name)}
    >
      <form className="grid gap-4" noValidate onSubmit={submit}>
        {line("name", words.nameHint)}
        <Field label={words.type}>
          {(ids) => (
            <Select {...ids} value={draft.type} onChange={(event) => set("type")(event.target.value)}>
              {TYPES.map((type) => (
                <option key={type} value={type}>
                  {words.types[type]}
                </option>
              ))}
            </Select>
          )}
        </Field>
        {draft.type === "stdio" ? (
          <>
            {line("command")}
            {lines("args", words.argsHint, "-y\n@example/server")}
            {lines("env", words.envHint, "LOG_LEVEL=info")}
          </>
        ) : (
          <>
            {line("url")}
            {lines(
              "headers",
              words.headersHint,
              project === undefined ? "X-Team: web" : "Authorization: Bearer ${LINEAR_TOKEN}",
            )}
            {project === undefined ? null : (
              <VariableNotes project={project} names={variablesIn(draft.url, draft.headers)} />
            )}
          </>
        )}
        <div className="flex justify-end gap-2">
          <Button variant="ghost" onClick={onClose}>
            {texts.common.cancel}
          </Button>
          <Button type="submit" variant="primary" disabled={isSaving}>
            {texts.common.save}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
