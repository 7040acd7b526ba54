"use client";
/** The form as it was left. Each address that fills it in has a draft of its own. Files cannot be kept. */
import { useState } from "react";
import { useDraft } from "@/lib/use-draft";
import { formFromAddress, parseForm, type SessionForm } from "./session-form";

export function useSessionDraft(project: string, parameters: URLSearchParams) {
  const key = parameters.size === 0 ? `${project}/new` : `${project}/new?${parameters.toString()}`;
  const [prompt, setPrompt, isRestored] = useDraft(key, parameters.get("prompt") ?? "");
  const [kept, keep] = useDraft(`${key}/form`);
  const [changed, setChanged] = useState<SessionForm>();
  const [initial] = useState(() => formFromAddress(parameters));
  const form = changed ?? parseForm(kept) ?? initial;
  return {
    prompt,
    setPrompt,
    form,
    isRestored,
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
