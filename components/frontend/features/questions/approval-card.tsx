"use client";
/** The agent asks to be allowed a tool call: once, always, not at all, or with other arguments. */
import { ShieldQuestion } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Field, Input, Textarea } from "@/components/ui/field";
import * as texts from "@/lib/texts";
import { CodeBlock } from "../markdown/code-block";
import { recordOf, textOf } from "../thread/fields";
import type { InterruptEntry } from "../thread/thread-state";
import { describeTool } from "../tools/describe-tool";
import { DiffLines } from "../tools/diff-view";
import { editDiff } from "../tools/tool-facts";
import { CannotAct } from "./cannot-act";
import { useAnswer } from "./use-answer";

export function ApprovalCard({ entry }: { entry: InterruptEntry }) {
  const toolName = textOf(entry.metadata["toolName"]);
  const input = recordOf(entry.metadata["input"]);
  const { verb, target, title } = describeTool(toolName, input, "wish");
  const { send, isSending, error, canAct } = useAnswer(entry.id);
  const [reason, setReason] = useState("");
  const [edited, setEdited] = useState<string>();
  const editedInput = edited === undefined ? undefined : parseObject(edited);
  const heading = texts.approval.title(toolName ?? texts.tools.unnamed);
  const message = entry.message ?? `${verb} ${target}`;
  const isInvalid = edited !== undefined && editedInput === undefined;

  const decide = (decision: "allow_once" | "allow_always" | "deny") =>
    send("resolved", {
      decision,
      ...(decision === "deny" && reason.trim() !== "" ? { message: reason.trim() } : {}),
      ...(decision !== "deny" && editedInput !== undefined ? { input: editedInput } : {}),
    });

  return (
    <section
      aria-label={texts.approval.title(title === "" ? (toolName ?? texts.tools.unnamed) : title)}
      className="grid grid-cols-[minmax(0,1fr)] gap-3 rounded-2xl border border-warn-line bg-warn-soft p-4"
    >
      <div className="flex items-start gap-2.5">
        <ShieldQuestion aria-hidden className="mt-0.5 size-4.5 shrink-0 text-warn-ink" />
        <div className="min-w-0">
          <h2 className="font-semibold">{heading}</h2>
          {message === heading ? null : <p className="text-sm break-words text-ink-2">{message}</p>}
        </div>
      </div>
      {edited === undefined ? (
        <ApprovalSubject input={input} title={title} />
      ) : (
        <Field label={texts.approval.editLabel} error={isInvalid ? texts.approval.invalidJson : undefined}>
          {(ids) => (
            <Textarea
              {...ids}
              value={edited}
              spellCheck={false}
              rows={8}
              className="font-mono text-xs"
              onChange={(event) => setEdited(event.target.value)}
            />
          )}
        </Field>
      )}
      {error === undefined ? null : (
        <p role="alert" className="text-sm text-bad">
          {error}
        </p>
      )}
      {canAct === "yes" ? (
        <>
          <div className="flex flex-wrap items-center gap-2">
            <Button variant="primary" disabled={isSending || isInvalid} onClick={() => decide("allow_once")}>
              {texts.approval.once}
            </Button>
            <Button disabled={isSending || isInvalid} onClick={() => decide("allow_always")}>
              {texts.approval.always}
            </Button>
            <Button disabled={isSending} onClick={() => decide("deny")}>
              {texts.approval.deny}
            </Button>
            {edited === undefined ? (
              <Button variant="ghost" disabled={isSending} onClick={() => setEdited(JSON.stringify(input, null, 2))}>
                {texts.approval.edit}
              </Button>
            ) : null}
          </div>
          <Input
            aria-label={texts.approval.denyReason}
            placeholder={texts.approval.denyReason}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        </>
      ) : (
        <CannotAct reason={canAct} />
      )}
    </section>
  );
}

/** What would be done: a command, a change, or the bare arguments. */
function ApprovalSubject({ input, title }: { input: Readonly<Record<string, unknown>>; title: string }) {
  const diff = editDiff(input);
  const command = textOf(input["command"]);
  if (command !== undefined)
    return (
      <pre className="overflow-x-auto rounded-xl bg-term px-3.5 py-2.5 font-mono text-xs whitespace-pre-wrap text-term-ink">
        $ {command}
      </pre>
    );
  if (diff !== undefined)
    return (
      <div className="max-h-96 overflow-y-auto rounded-xl border border-line bg-card">
        <p className="px-3.5 py-1.5 font-mono text-xs text-ink-2">{title}</p>
        <DiffLines lines={diff.lines} />
      </div>
    );
  return <CodeBlock code={JSON.stringify(input, null, 2)} language="json" />;
}

function parseObject(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
