"use client";
/** A file's change, in one column or two, with a place for a comment under each line. */
import { MessageSquarePlus } from "lucide-react";
import { Fragment, useState } from "react";
import { cn } from "@/lib/class-names";
import * as texts from "@/lib/texts";
import type { DiffLine } from "../../tools/line-diff";
import { CommentBox } from "./comment-box";
import { isSamePlace, type LineComment, type LinePlace } from "./line-comments";
import { pairLines } from "./pair-lines";

const words = texts.panels;

export interface DiffTableProps {
  repo: string;
  path: string;
  lines: readonly DiffLine[];
  isSplit: boolean;
  comments: readonly LineComment[];
  /** Undefined for those who may not write to the agent. */
  onComment: ((comment: LineComment) => void) | undefined;
}

/** Where a line is, counted in the old file only if it is gone. */
function placeOf(repo: string, path: string, line: DiffLine): LinePlace | undefined {
  const number = line.newNumber ?? line.oldNumber;
  if (number === undefined) return undefined;
  return { repo, path, side: line.newNumber === undefined ? "old" : "new", line: number };
}

const signs = { added: "+", removed: "−", context: " ", gap: " " } as const;
const shade = (line: DiffLine | undefined) =>
  line?.type === "added" ? "bg-add" : line?.type === "removed" ? "bg-del" : undefined;

export function DiffTable({ repo, path, lines, isSplit, comments, onComment }: DiffTableProps) {
  const [open, setOpen] = useState<LinePlace>();
  const columns = isSplit ? 4 : 3;

  /** What stands under a line: the comment on it, or the box for one. */
  const under = (line: DiffLine | undefined) => {
    const place = line === undefined ? undefined : placeOf(repo, path, line);
    if (line === undefined || place === undefined) return null;
    const comment = comments.find((item) => isSamePlace(item, place));
    const isOpen = open !== undefined && isSamePlace(open, place);
    if (!isOpen && comment === undefined) return null;
    return (
      <tr>
        <td colSpan={columns} className="border-y border-line bg-card p-2 font-sans">
          <CommentBox
            comment={comment}
            isOpen={isOpen}
            onOpen={() => setOpen(place)}
            onClose={() => setOpen(undefined)}
            onSave={(text) => onComment?.({ ...place, quote: line.text, text })}
          />
        </td>
      </tr>
    );
  };
  const number = (line: DiffLine | undefined, shown: number | undefined) => {
    const place = line === undefined ? undefined : placeOf(repo, path, line);
    return (
      <td
        className={cn(
          "group/line relative w-10 min-w-10 pr-2 text-right align-top text-ink-2 select-none",
          shade(line),
        )}
      >
        {shown}
        {place === undefined || onComment === undefined ? null : (
          <button
            type="button"
            aria-label={words.commentOn(place.line)}
            onClick={() => setOpen(place)}
            className="absolute inset-y-0 left-0.5 grid w-9 place-items-center rounded bg-accent text-on-accent opacity-0 group-hover/line:opacity-100 focus-visible:opacity-100"
          >
            <MessageSquarePlus aria-hidden className="size-3.5" />
          </button>
        )}
      </td>
    );
  };
  const text = (line: DiffLine | undefined) => (
    <td
      className={cn(
        "pr-3.5 align-top",
        isSplit ? "w-1/2 break-all whitespace-pre-wrap" : "whitespace-pre",
        shade(line),
      )}
    >
      {line === undefined || line.text === "" ? " " : line.text}
    </td>
  );

  return (
    <div
      tabIndex={0}
      role="group"
      aria-label={words.changeOf(path)}
      className="scroll-thin overflow-x-auto py-1 font-mono text-xs leading-[1.65]"
    >
      <table className="w-full border-collapse">
        <tbody>
          {isSplit
            ? pairLines(lines).map((row, index) =>
                row.type === "gap" ? (
                  <Gap key={index} columns={columns} text={row.line.text} />
                ) : (
                  <Fragment key={index}>
                    <tr>
                      {number(row.left, row.left?.oldNumber)}
                      {text(row.left)}
                      {number(row.right, row.right?.newNumber)}
                      {text(row.right)}
                    </tr>
                    {row.left === row.right ? null : under(row.left)}
                    {under(row.right)}
                  </Fragment>
                ),
              )
            : lines.map((line, index) =>
                line.type === "gap" ? (
                  <Gap key={index} columns={columns} text={line.text} />
                ) : (
                  <Fragment key={index}>
                    <tr>
                      {number(line, line.newNumber ?? line.oldNumber)}
                      <td className={cn("w-6 min-w-6 text-center text-ink-2 select-none", shade(line))}>
                        {signs[line.type]}
                      </td>
                      {text(line)}
                    </tr>
                    {under(line)}
                  </Fragment>
                ),
              )}
        </tbody>
      </table>
    </div>
  );
}

function Gap({ columns, text }: { columns: number; text: string }) {
  return (
    <tr className="bg-code text-ink-2 select-none">
      <td colSpan={columns} className="px-3.5">
        ⋯ {text}
      </td>
    </tr>
  );
}
