/** Markdown as blocks that keep their identity while a message grows, so that only its end is parsed and drawn again. */
import { type Token, lexer } from "marked";

export interface ParsedMarkdown {
  readonly text: string;
  readonly blocks: readonly Token[];
}

export const emptyMarkdown: ParsedMarkdown = { text: "", blocks: [] };

/** Parses `text`; when it only grew since `former`, everything before its last block is taken over as it is. */
export function parseMarkdown(text: string, former: ParsedMarkdown = emptyMarkdown): ParsedMarkdown {
  if (text === former.text) return former;
  if (former.blocks.length < 2 || !text.startsWith(former.text)) return { text, blocks: lexer(text) };
  // The last block may still change its meaning (a paragraph becomes a heading, a list goes on): it is parsed again.
  let last = former.blocks.length - 1;
  while (last > 0 && former.blocks[last]?.type === "space") last -= 1;
  const kept = former.blocks.slice(0, last);
  const keptLength = kept.reduce((length, block) => length + block.raw.length, 0);
  // marked rewrites line endings, so lengths are only good when what was kept is what stands there.
  if (kept.map((block) => block.raw).join("") !== text.slice(0, keptLength)) return { text, blocks: lexer(text) };
  return { text, blocks: [...kept, ...lexer(text.slice(keptLength))] };
}

/** Addresses that a link may have. Everything else is shown as text. */
export function safeHref(href: string): string | undefined {
  if (!URL.canParse(href)) return undefined;
  return ["http:", "https:", "mailto:"].includes(new URL(href).protocol) ? href : undefined;
}
