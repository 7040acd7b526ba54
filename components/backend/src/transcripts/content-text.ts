/** The text of a message's content, as AG-UI has it: text, or parts; parts that are no text are named. */
export function contentText(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content
    .map((part: unknown) => {
      if (typeof part !== "object" || part === null || !("type" in part)) return "";
      return part.type === "text" && "text" in part ? String(part.text) : `[${String(part.type)}]`;
    })
    .join("\n");
}
