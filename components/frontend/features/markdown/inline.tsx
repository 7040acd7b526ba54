/** Inline markdown: emphasis, code, links that are safe to follow, and names of images instead of images. */
import type { Token, Tokens } from "marked";
import * as texts from "@/lib/texts";
import { safeHref } from "./blocks";

export function Inline({ tokens }: { tokens: readonly Token[] }) {
  return tokens.map((token, index) => <InlineToken key={index} token={token} />);
}

function InlineToken({ token }: { token: Token }) {
  switch (token.type) {
    case "strong":
      return (
        <strong className="font-semibold">
          <Inline tokens={(token as Tokens.Strong).tokens} />
        </strong>
      );
    case "em":
      return (
        <em>
          <Inline tokens={(token as Tokens.Em).tokens} />
        </em>
      );
    case "del":
      return (
        <del>
          <Inline tokens={(token as Tokens.Del).tokens} />
        </del>
      );
    case "codespan":
      return (
        <code className="rounded-[5px] bg-code px-1 py-0.5 font-mono text-[0.9em] [overflow-wrap:anywhere]">
          {(token as Tokens.Codespan).text}
        </code>
      );
    case "br":
      return <br />;
    case "link":
      return <Link token={token as Tokens.Link} />;
    case "image":
      return <ImageName token={token as Tokens.Image} />;
    case "text": {
      const { tokens, text } = token as Tokens.Text;
      return tokens === undefined ? unescapeEntities(text) : <Inline tokens={tokens} />;
    }
    case "escape":
      return unescapeEntities((token as Tokens.Escape).text);
    default:
      return token.raw;
  }
}

function Link({ token }: { token: Tokens.Link }) {
  const href = safeHref(token.href);
  if (href === undefined) return <Inline tokens={token.tokens} />;
  return (
    <a
      href={href}
      target="_blank"
      rel="noopener noreferrer nofollow"
      title={href}
      className="text-accent-ink underline decoration-accent/35 underline-offset-3 hover:decoration-accent"
    >
      <Inline tokens={token.tokens} />
      <span className="sr-only"> ({texts.chat.opensElsewhere})</span>
    </a>
  );
}

/** An image of another host would tell that host who reads; a link leaves the choice to the reader. */
function ImageName({ token }: { token: Tokens.Image }) {
  const label = texts.chat.imageBlocked(token.text);
  const href = safeHref(token.href);
  const style = "rounded-md border border-line px-1.5 py-0.5 text-xs text-ink-2";
  if (href === undefined) return <span className={style}>{label}</span>;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow" title={href} className={style}>
      {label}
    </a>
  );
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  "#39": "'",
  nbsp: "\u00A0",
};

/** React escapes by itself, so entities are taken back to what they stand for. */
function unescapeEntities(text: string): string {
  return text.includes("&")
    ? text.replace(/&(amp|lt|gt|quot|#39|nbsp);/g, (whole, name: string) => ENTITIES[name] ?? whole)
    : text;
}
