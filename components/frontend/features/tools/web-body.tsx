"use client";
/** What came from the web: the address as a link that says that it leads away, and the text below it. */
import { ExternalLink } from "lucide-react";
import * as texts from "@/lib/texts";
import { safeHref } from "../markdown/blocks";
import { Markdown } from "../markdown/markdown";
import { textOf } from "../thread/fields";
import type { ToolEntry } from "../thread/thread-state";
import { Output } from "./output";
import { plainResult } from "./tool-facts";

/** A page as the agent read it may be a book; what was found is a list. */
const MAXIMUM_MARKDOWN = 6000;

export function WebBody({ entry, args }: { entry: ToolEntry; args: Readonly<Record<string, unknown>> }) {
  const href = safeHref(textOf(args["url"]) ?? "");
  const prompt = textOf(args["prompt"]);
  const result = plainResult(entry.result ?? "");
  return (
    <div className="border-t border-line">
      {href === undefined && prompt === undefined ? null : (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-1 px-3.5 py-2 text-sm">
          {href === undefined ? null : (
            <a
              href={href}
              target="_blank"
              rel="noopener noreferrer nofollow"
              className="flex min-w-0 items-center gap-1.5 text-accent-ink underline decoration-accent/35 underline-offset-3"
            >
              <ExternalLink aria-hidden className="size-3.5 shrink-0" />
              <span className="truncate">{href}</span>
              <span className="sr-only"> ({texts.chat.opensElsewhere})</span>
            </a>
          )}
          {prompt === undefined ? null : <p className="[overflow-wrap:anywhere] text-ink-2">{prompt}</p>}
        </div>
      )}
      {entry.isError || result.length > MAXIMUM_MARKDOWN ? (
        <Output text={result} isError={entry.isError} disclosureKey={`${entry.key} result`} />
      ) : (
        <div className="scroll-thin max-h-96 overflow-y-auto bg-code px-3.5 py-2 text-sm">
          <Markdown text={result === "" ? texts.tools.emptyResult : result} />
        </div>
      )}
    </div>
  );
}
