"use client";
/** A diagram as a picture; its text when it is asked for, while it is drawn, and when it cannot be drawn. */
import { useEffect, useState } from "react";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { messageOf } from "@/lib/api/request";
import * as texts from "@/lib/texts";
import { HighlightedCode } from "../markdown/code-block";
import { type Diagram, drawDiagram } from "./draw-diagram";
import { useIsDark } from "./use-is-dark";

export function DiagramView({ code }: { code: string }) {
  const isDark = useIsDark();
  const [diagram, setDiagram] = useState<Diagram>();
  const [problem, setProblem] = useState<string>();
  const [showsText, setShowsText] = useState(false);
  useEffect(() => {
    let isCurrent = true;
    setProblem(undefined);
    drawDiagram(code, isDark).then(
      (drawn) => (isCurrent ? setDiagram(drawn) : undefined),
      (error: unknown) => (isCurrent ? setProblem(messageOf(error)) : undefined),
    );
    return () => {
      isCurrent = false;
    };
  }, [code, isDark]);
  const isDrawn = diagram !== undefined && problem === undefined;
  return (
    <figure className="overflow-hidden rounded-xl border border-line bg-card">
      <figcaption className="flex h-8 items-center justify-between gap-2 border-b border-line bg-code pr-1 pl-3 font-mono text-2xs text-ink-3">
        <span className="flex-1">mermaid</span>
        {isDrawn ? (
          <Button size="sm" variant="ghost" aria-pressed={showsText} onClick={() => setShowsText(!showsText)}>
            {texts.diagram.text}
          </Button>
        ) : null}
        <CopyButton text={code} label={texts.chat.copyCode} />
      </figcaption>
      {problem === undefined ? null : (
        <p role="status" className="border-b border-line px-3.5 py-1.5 text-sm whitespace-pre-wrap text-ink-2">
          {texts.diagram.failed}
          {problem === "" ? "" : `: ${problem}`}
        </p>
      )}
      {isDrawn && !showsText ? (
        <div tabIndex={0} role="group" aria-label={texts.diagram.label} className="scroll-thin overflow-x-auto p-3">
          {/* eslint-disable-next-line @next/next/no-img-element -- a picture that is in its own address */}
          <img
            src={diagram.source}
            width={diagram.width}
            height={diagram.height}
            alt={`${texts.diagram.label}: ${code.slice(0, 300)}`}
            className="mx-auto h-auto max-w-full"
          />
        </div>
      ) : (
        <HighlightedCode code={code} language="mermaid" className="px-3.5 py-2.5" />
      )}
    </figure>
  );
}
