"use client";
import { useMemo } from "react";
import * as texts from "@/lib/texts";
import { useDisclosure } from "../thread/thread-context";
import type { ToolEntry } from "../thread/thread-state";
import { AnsiText } from "./ansi-text";
import { MoreButton } from "./output";
import { noResult } from "./no-result";
import { plainResult } from "./tool-facts";
import type { ToolStatus } from "./tool-status";

/** Of a long output the end says most: the result, the error. */
const LAST_LINES = 14;
const MAXIMUM_CHARACTERS = 100_000;

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
