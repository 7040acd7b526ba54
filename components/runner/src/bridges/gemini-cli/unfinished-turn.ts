/**
 * Gemini CLI takes a turn that was interrupted, or that failed, out of its conversation. People expect that what they said
 * and saw is known when they go on, so it is put back, with a note in place of the missing end. Pure.
 */
import type { History, Part } from "./protocol.ts";

export function unfinishedTurn(content: readonly Part[], said: string, note: string): History {
  const parts = content.map((part) =>
    part.type === "text" ? { text: part.text } : { inlineData: { data: part.data, mimeType: part.mimeType } },
  );
  if (parts.length === 0) return [];
  const words = [said, `[${note}]`].filter((text) => text !== "").join("\n\n");
  return [
    { role: "user", parts },
    { role: "model", parts: [{ text: words }] },
  ];
}
