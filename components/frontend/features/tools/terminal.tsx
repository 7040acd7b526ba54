"use client";
import { useMemo } from "react";
import { cn } from "@/lib/class-names";
import { texts } from "@/lib/texts";
import { useDisclosure } from "../thread/thread-context";
import type { ToolEntry } from "../thread/thread-state";
import { type AnsiColor, parseAnsi } from "./ansi";
import { MoreButton } from "./output";
import { noResult } from "./no-result";
import { plainResult } from "./tool-facts";
import type { ToolStatus } from "./tool-status";

/** Of a long output the end says most: the result, the error. */
const LAST_LINES = 14;
const MAXIMUM_CHARACTERS = 100_000;

const colors: Record<AnsiColor, string> = {
  black: "text-term-dim",
  red: "text-term-bad",
  green: "text-[oklch(82%_0.14_155)]",
  yellow: "text-[oklch(85%_0.13_90)]",
  blue: "text-[oklch(78%_0.11_250)]",
  magenta: "text-[oklch(80%_0.12_320)]",
  cyan: "text-[oklch(84%_0.1_200)]",
  white: "text-[oklch(96%_0_0)]",
};

interface TerminalProps {
  entry: ToolEntry;
  status: ToolStatus;
  command: string;
}

export function Terminal({ entry, status, command }: TerminalProps) {
  const [isWhole, setWhole] = useDisclosure(`${entry.key} whole`, false);
  const output = plainResult(entry.result ?? "").trimEnd();
  const lines = useMemo(() => output.slice(-MAXIMUM_CHARACTERS).split("\n"), [output]);
  const hidden = lines.length - LAST_LINES;
  const shown = isWhole || hidden <= 2 ? lines : lines.slice(-LAST_LINES);
  return (
    <div className="bg-term text-term-ink">
      <pre
        tabIndex={0}
        className="scroll-thin max-h-120 overflow-auto px-3.5 py-2.5 font-mono text-xs leading-relaxed whitespace-pre-wrap [overflow-wrap:anywhere]"
      >
        <span className="text-term-dim">$ </span>
        {command}
        {"\n"}
        {entry.phase === "done" && output === "" ? (
          <span className="text-term-dim">{texts.tools.emptyResult}</span>
        ) : null}
        {status === "unanswered" || status === "denied" || status === "waiting" ? (
          <span className="text-term-dim">{noResult[status]}</span>
        ) : null}
        {hidden > 2 && !isWhole ? <span className="text-term-dim">{"⋯\n"}</span> : null}
        <AnsiText text={shown.join("\n")} />
      </pre>
      {hidden > 2 ? (
        <MoreButton
          isWhole={isWhole}
          hidden={hidden}
          onToggle={() => setWhole(!isWhole)}
          className="border-white/10 text-term-dim hover:text-term-ink"
        />
      ) : null}
    </div>
  );
}

function AnsiText({ text }: { text: string }) {
  const pieces = useMemo(() => parseAnsi(text), [text]);
  return pieces.map((piece, index) => (
    <span
      key={index}
      className={cn(
        piece.color !== undefined && colors[piece.color],
        piece.isBold && "font-semibold",
        piece.isDim && "text-term-dim",
      )}
    >
      {piece.text}
    </span>
  ));
}
