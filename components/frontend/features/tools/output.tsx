"use client";
/** Text of any length: its beginning, and the rest on demand. */
import { cn } from "@/lib/class-names";
import * as texts from "@/lib/texts";
import { useDisclosure } from "../thread/thread-context";

const LINES = 14;
/** More would make the page slow; the export has all of it. */
const MAXIMUM_CHARACTERS = 200_000;

export function Output({ text, isError, disclosureKey }: { text: string; isError: boolean; disclosureKey: string }) {
  const [isWhole, setWhole] = useDisclosure(`${disclosureKey} whole`, false);
  const bounded = text.length > MAXIMUM_CHARACTERS ? `${text.slice(0, MAXIMUM_CHARACTERS)}…` : text;
  const lines = bounded.trimEnd().split("\n");
  const hidden = lines.length - LINES;
  const shown = isWhole || hidden <= 2 ? lines : lines.slice(0, LINES);
  return (
    <div className={cn("bg-code", isError && "bg-bad-soft")}>
      <pre
        tabIndex={0}
        className={cn(
          "scroll-thin max-h-120 overflow-auto px-3.5 py-2 font-mono text-xs leading-relaxed whitespace-pre-wrap [overflow-wrap:anywhere]",
          isError && "text-bad",
        )}
      >
        {bounded.trim() === "" ? <span className="text-ink-3">{texts.tools.emptyResult}</span> : shown.join("\n")}
      </pre>
      {hidden > 2 ? <MoreButton isWhole={isWhole} hidden={hidden} onToggle={() => setWhole(!isWhole)} /> : null}
    </div>
  );
}

export function MoreButton({
  isWhole,
  hidden,
  onToggle,
  className,
}: {
  isWhole: boolean;
  hidden: number;
  onToggle: () => void;
  className?: string;
}) {
  return (
    <button
      type="button"
      onClick={onToggle}
      className={cn(
        "w-full border-t border-line px-3.5 py-1 text-left text-xs text-ink-2 -outline-offset-2 hover:text-ink",
        className,
      )}
    >
      {isWhole ? texts.tools.showLess : texts.tools.showMore(hidden)}
    </button>
  );
}
