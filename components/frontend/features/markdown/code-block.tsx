"use client";
import { memo } from "react";
import { CopyButton } from "@/components/ui/copy-button";
import * as texts from "@/lib/texts";
import { useHighlight } from "./use-highlight";

export const CodeBlock = memo(function CodeBlock({ code, language }: { code: string; language: string }) {
  return (
    <figure className="group overflow-hidden rounded-xl border border-line bg-card">
      <figcaption className="flex h-8 items-center justify-between border-b border-line bg-code pr-1 pl-3 font-mono text-2xs text-ink-3">
        {language === "" ? "text" : language}
        <CopyButton text={code} label={texts.chat.copyCode} />
      </figcaption>
      <HighlightedCode code={code} language={language} className="px-3.5 py-2.5" />
    </figure>
  );
});

export function HighlightedCode({
  code,
  language,
  className = "",
}: {
  code: string;
  language: string;
  className?: string;
}) {
  const content = useHighlight(code, language);
  return (
    <pre tabIndex={0} className={`syntax scroll-thin overflow-x-auto font-mono text-xs leading-relaxed ${className}`}>
      <code>{content}</code>
    </pre>
  );
}
