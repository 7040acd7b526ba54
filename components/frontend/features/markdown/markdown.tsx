"use client";
/** Markdown as React elements: nothing is ever set as HTML, and nothing is loaded from another host. */
import type { Token, Tokens } from "marked";
import dynamic from "next/dynamic";
import { memo } from "react";
import { cn } from "@/lib/class-names";
import { CodeBlock } from "./code-block";
import { Inline } from "./inline";
import { useParsed } from "./use-parsed";

/** Loaded with the first diagram. */
const DiagramView = dynamic(() => import("../diagrams/diagram-view").then((module) => module.DiagramView));

export function Markdown({ text, className }: { text: string; className?: string }) {
  const { blocks } = useParsed(text);
  return (
    <div className={cn("min-w-0 [overflow-wrap:anywhere] [&>*+*]:mt-2.5 [&>*:first-child]:mt-0", className)}>
      {blocks.map((block, index) => (
        <Block key={index} token={block} continues={block.continues} />
      ))}
    </div>
  );
}

const headings = {
  1: "text-lg font-semibold tracking-tight mt-5",
  2: "text-[15px] font-semibold tracking-tight mt-5",
  3: "font-semibold mt-4",
} as const;

interface BlockProps {
  token: Token;
  /** A further piece of the block before it, and close to it. */
  continues?: true | undefined;
}

const Block = memo(function Block({ token, continues }: BlockProps) {
  switch (token.type) {
    case "heading": {
      const { depth, tokens } = token as Tokens.Heading;
      // One level for all: a message may begin with any depth, and readers by heading must not miss a step.
      return (
        <h2 className={headings[Math.min(3, depth) as 1 | 2 | 3]}>
          <Inline tokens={tokens} />
        </h2>
      );
    }
    case "paragraph":
      return (
        <p className={continues === true ? "mt-0!" : undefined}>
          <Inline tokens={(token as Tokens.Paragraph).tokens} />
        </p>
      );
    case "code": {
      const { text, lang, raw } = token as Tokens.Code;
      const language = lang?.split(/\s/, 1)[0] ?? "";
      // Half a diagram is no diagram: it is drawn once its fence is closed.
      const isDiagram = language === "mermaid" && /(```|~~~)\s*$/.test(raw.slice(language.length + 3));
      return isDiagram ? <DiagramView code={text} /> : <CodeBlock code={text} language={language} />;
    }
    case "blockquote":
      return (
        <blockquote className="border-l-2 border-line-2 pl-3.5 text-ink-2 [&>*+*]:mt-2">
          {(token as Tokens.Blockquote).tokens.map((child, index) => (
            <Block key={index} token={child} />
          ))}
        </blockquote>
      );
    case "list":
      return <List token={token as Tokens.List} continues={continues} />;
    case "table":
      return <Table token={token as Tokens.Table} />;
    case "hr":
      return <hr className="my-4 border-line" />;
    case "text": {
      const { tokens, text } = token as Tokens.Text;
      return tokens === undefined ? <span>{text}</span> : <Inline tokens={tokens} />;
    }
    case "space":
    case "def":
      return null;
    default:
      // HTML above all: shown as it was written.
      return <p className="whitespace-pre-wrap">{token.raw.trimEnd()}</p>;
  }
});

function List({ token, continues }: { token: Tokens.List } & Pick<BlockProps, "continues">) {
  const Tag = token.ordered ? "ol" : "ul";
  return (
    <Tag
      className={cn(
        "grid grid-cols-[minmax(0,1fr)] gap-1 pl-5",
        continues === true && "mt-1!",
        token.ordered ? "list-decimal" : "list-disc",
        "marker:text-ink-3",
      )}
      {...(token.ordered && typeof token.start === "number" ? { start: token.start } : {})}
    >
      {token.items.map((item, index) => (
        <li key={index} className={cn("pl-0.5 [&>*+*]:mt-1.5", item.task && "-ml-5 list-none")}>
          {item.task ? (
            <input
              type="checkbox"
              checked={item.checked ?? false}
              readOnly
              disabled
              className="mr-2 align-[-2px]"
              aria-label={item.checked === true ? "done" : "to do"}
            />
          ) : null}
          {item.tokens.map((child, childIndex) =>
            child.type === "checkbox" ? null : <Block key={childIndex} token={child} />,
          )}
        </li>
      ))}
    </Tag>
  );
}

const alignment = { left: "text-left", right: "text-right", center: "text-center" } as const;

function Table({ token }: { token: Tokens.Table }) {
  const align = (index: number) => alignment[token.align[index] ?? "left"];
  return (
    <div
      className="scroll-thin overflow-x-auto rounded-lg border border-line"
      tabIndex={0}
      role="group"
      aria-label="Table"
    >
      <table className="w-full text-sm [overflow-wrap:break-word]">
        <thead className={cn("bg-code", token.header.every((cell) => cell.text === "") && "sr-only")}>
          <tr>
            {token.header.map((cell, index) => (
              <th key={index} className={cn("px-3 py-1.5 font-medium", align(index))}>
                <Inline tokens={cell.tokens} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {token.rows.map((row, rowIndex) => (
            <tr key={rowIndex} className="border-t border-line">
              {row.map((cell, index) => (
                <td key={index} className={cn("px-3 py-1.5 align-top", align(index))}>
                  <Inline tokens={cell.tokens} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
