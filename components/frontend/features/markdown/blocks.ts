/**
 * Markdown as blocks that keep their identity while a message grows, so that only its end is parsed and drawn again. Nor
 * does the end grow without bound: a paragraph or list that goes on for many kilobytes is settled piece by piece, and an
 * open code block is lengthened, not parsed. A long text is taken in steps, so that a page can draw between them.
 */
import { type Token, type Tokens, lexer } from "marked";

/** A block; one that `continues` is a further piece of the one before it. */
export type Block = Token & { readonly continues?: true };

export interface ParsedMarkdown {
  /** What was parsed, with line ends as they are parsed: the beginning of the text, or all of it. */
  readonly text: string;
  readonly blocks: readonly Block[];
  /** How many of the blocks will not change any more, and where in the text the first of the others begins. */
  readonly settled: number;
  readonly settledLength: number;
  readonly isWhole: boolean;
}

export const emptyMarkdown: ParsedMarkdown = { text: "", blocks: [], settled: 0, settledLength: 0, isWhole: true };

/** So much is taken in at once. */
const STEP = 4 * 1024;
/** An open block longer than this is settled up to its last piece. */
const MAXIMUM_OPEN = 4 * 1024;
const PIECE = 2 * 1024;

/**
 * Parses `text`; when it only grew since `former`, everything settled is taken over as it is.
 * @param isEnough asked after each step; when it says so, the rest is left for a next call with what this one gave
 */
export function parseMarkdown(
  text: string,
  former: ParsedMarkdown = emptyMarkdown,
  isEnough: () => boolean = () => false,
): ParsedMarkdown {
  const whole = text.includes("\r") ? text.replaceAll(/\r\n?/g, "\n") : text;
  if (former.isWhole && whole === former.text) return former;
  let parsed = whole.startsWith(former.text) ? former : emptyMarkdown;
  do {
    const end = Math.min(whole.length, parsed.text.length + STEP);
    parsed = { ...takeIn(whole.slice(0, end), parsed), isWhole: end === whole.length };
  } while (!parsed.isWhole && !isEnough());
  return parsed;
}

function takeIn(text: string, former: ParsedMarkdown): Omit<ParsedMarkdown, "isWhole"> {
  const open = text.slice(former.settledLength);
  const longer = lengthened(former, open);
  const kept = former.blocks.slice(0, former.settled);
  if (longer !== undefined) return { ...former, text, blocks: [...kept, longer] };
  const found: Block[] = lexer(open);
  const [first] = found;
  if (first !== undefined && former.blocks[former.settled]?.continues === true)
    found[0] = { ...first, continues: true };
  // Only what accounts for every character can be relied on when more comes.
  if (found.reduce((length, block) => length + block.raw.length, 0) !== open.length)
    return { ...former, text, blocks: [...kept, ...found] };

  // The last block may still change its meaning (a paragraph becomes a heading, a list goes on): it stays open.
  let last = Math.max(0, found.length - 1);
  while (last > 0 && found[last]?.type === "space") last -= 1;
  const before = found.slice(0, last);
  const [lastBlock, ...spaces] = found.slice(last);
  const pieces = lastBlock === undefined ? [] : piecesOf(lastBlock);
  const blocks = [...kept, ...before, ...pieces, ...spaces];
  const settled = kept.length + before.length + Math.max(0, pieces.length - 1);
  const settledLength = blocks
    .slice(kept.length, settled)
    .reduce((sum, { raw }) => sum + raw.length, former.settledLength);
  return { text, blocks, settled, settledLength };
}

/** The open code block with what was added to it; undefined when the open block is none, or was closed. */
function lengthened(former: ParsedMarkdown, open: string): Block | undefined {
  if (former.blocks.length !== former.settled + 1) return undefined;
  const block = former.blocks[former.settled];
  const [line, fence] = block?.type === "code" ? (/^(`{3,}|~{3,})[^\n]*\n/.exec(open) ?? []) : [];
  if (block === undefined || line === undefined || fence === undefined) return undefined;
  const end = new RegExp(`\\n {0,3}${fence}`, "g");
  end.lastIndex = Math.max(line.length - 1, block.raw.length - fence.length - 4);
  return end.test(open) || block.raw.length < line.length
    ? undefined
    : { ...block, raw: open, text: open.slice(line.length).replace(/\n$/, "") };
}

/** A block as it is, or when it is very long in pieces, the last of which goes on. */
function piecesOf(block: Block): readonly Block[] {
  if (block.raw.length <= MAXIMUM_OPEN) return [block];
  if (block.type === "paragraph") return paragraphPieces(block);
  return block.type === "list" ? listPieces(block as Tokens.List & Block) : [block];
}

/**
 * Cut before words of plain text: what follows is read as a paragraph too, as no block begins with a letter, and nothing
 * that is emphasised, linked or code is torn apart. One word of many kilobytes stays whole.
 */
function paragraphPieces(block: Block): readonly Block[] {
  const pieces: Block[] = [];
  let [start, end] = [0, 0];
  let tokens: Token[] = [];
  const close = (at: number) => {
    const raw = block.raw.slice(start, at);
    const piece: Tokens.Paragraph = { type: "paragraph", raw, text: raw, tokens };
    pieces.push(pieces.length > 0 || block.continues === true ? { ...piece, continues: true } : piece);
    [start, tokens] = [at, []];
  };
  for (const token of (block as Tokens.Paragraph).tokens) {
    let rest = token;
    for (;;) {
      const word = isPlain(rest) ? wordAfter(rest.raw, PIECE - (end - start)) : undefined;
      if (word === undefined) break;
      const [before, after] = [rest.raw.slice(0, word), rest.raw.slice(word)];
      tokens.push({ ...rest, raw: before, text: before });
      end += word;
      close(end);
      rest = { ...rest, raw: after, text: after };
    }
    tokens.push(rest);
    end += rest.raw.length;
  }
  close(block.raw.length);
  return pieces;
}

const isPlain = (token: Token): boolean => token.type === "text" && token.raw === token.text;

/** Where the first word begins, not before so many characters. */
function wordAfter(text: string, from: number): number | undefined {
  const word = /\s\p{L}/gu;
  word.lastIndex = Math.max(0, from);
  const found = word.exec(text);
  return found === null ? undefined : found.index + 1;
}

/** All entries but the last are a list of their own. */
function listPieces(list: Tokens.List & Block): readonly Block[] {
  const last = list.items.at(-1);
  if (last === undefined || list.items.length < 2) return [list];
  const length = list.items.slice(0, -1).reduce((sum, item) => sum + item.raw.length, 0);
  if (!list.raw.startsWith(last.raw, length)) return [list];
  const [next] = lexer(list.raw.slice(length));
  if (next?.type !== "list" || next.raw.length !== list.raw.length - length) return [list];
  return [
    { ...list, raw: list.raw.slice(0, length), items: list.items.slice(0, -1) },
    { ...next, continues: true },
  ];
}

/** Addresses that a link may have. Everything else is shown as text. */
export function safeHref(href: string): string | undefined {
  if (!URL.canParse(href)) return undefined;
  return ["http:", "https:", "mailto:"].includes(new URL(href).protocol) ? href : undefined;
}
