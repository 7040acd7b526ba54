import * as texts from "@/lib/texts";

/** Puts the focus where messages are written; false where there is no such place. */
export function focusComposer(): boolean {
  const field = document.querySelector<HTMLTextAreaElement>(`textarea[aria-label="${texts.composer.label}"]`);
  field?.focus();
  return field !== null;
}
