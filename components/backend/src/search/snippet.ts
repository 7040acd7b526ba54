/** What stands around a place in a text, for a list of hits. */

const BEFORE = 60;
const AFTER = 140;

/** One line around the first place that holds `needle`; `…` where something was left out. */
export function snippet(text: string, needle: string): string {
  // Lower case may have another length (İ), so the place is a good guess and no more.
  const place = Math.max(0, text.toLowerCase().indexOf(needle.toLowerCase()));
  const from = Math.max(0, place - BEFORE);
  const to = Math.min(text.length, place + needle.length + AFTER);
  const line = text.slice(from, to).toWellFormed().replaceAll(/\s+/g, " ").trim();
  return `${from > 0 ? "…" : ""}${line}${to < text.length ? "…" : ""}`;
}
