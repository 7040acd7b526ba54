"use client";
/** The form as it was left, unless the address brings one of its own. Files cannot be kept. */
import { useState } from "react";
import { useDraft } from "@/lib/use-draft";
import { formFromAddress, parseForm, type SessionForm } from "./session-form";

export function useSessionDraft(project: string, parameters: URLSearchParams) {
  const isFromAddress = parameters.size > 0;
  const [prompt, setPrompt, isPromptRestored] = useDraft(`${project}/new`, parameters.get("prompt") ?? "");
  const [kept, keep] = useDraft(`${project}/new/form`);
  const [changed, setChanged] = useState<SessionForm>();
  const [initial] = useState(() => formFromAddress(parameters));
  const form = changed ?? (isFromAddress ? undefined : parseForm(kept)) ?? initial;
  return {
    prompt,
    setPrompt,
    form,
    isRestored: isPromptRestored && !isFromAddress,
    change: (changes: Partial<SessionForm>) => {
      const next = { ...form, ...changes };
      setChanged(next);
      keep(JSON.stringify(next));
    },
    clear: () => {
      setPrompt("");
      keep("");
    },
  };
}
