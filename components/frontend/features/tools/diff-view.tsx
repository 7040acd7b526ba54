"use client";
import { cn } from "@/lib/class-names";
import { useDisclosure } from "../thread/thread-context";
import type { DiffLine, LineDiff } from "./line-diff";
import { MoreButton } from "./output";

const LINES = 18;

export function DiffView({ diff, disclosureKey }: { diff: LineDiff; disclosureKey: string }) {
  const [isWhole, setWhole] = useDisclosure(`${disclosureKey} whole`, false);
  const hidden = diff.lines.length - LINES;
  const lines = isWhole || hidden <= 3 ? diff.lines : diff.lines.slice(0, LINES);
  return (
    <div className="border-t border-line">
      <DiffLines lines={lines} />
      {hidden > 3 ? <MoreButton isWhole={isWhole} hidden={hidden} onToggle={() => setWhole(!isWhole)} /> : null}
    </div>
  );
}

const signs = { added: "+", removed: "−", context: " ", gap: " " } as const;

/** Lines of a diff; numbers are shown when they are known. */
export function DiffLines({ lines }: { lines: readonly DiffLine[] }) {
  const hasNumbers = lines.some((line) => line.newNumber !== undefined || line.oldNumber !== undefined);
  return (
    <div
      tabIndex={0}
      role="group"
      aria-label="Diff"
      className="scroll-thin overflow-x-auto py-1 font-mono text-xs leading-[1.65]"
    >
      <table className="w-full border-collapse">
        <tbody>
          {lines.map((line, index) =>
            line.type === "gap" ? (
              <tr key={index} className="bg-code text-ink-3 select-none">
                <td colSpan={4} className="px-3.5">
                  ⋯
                </td>
              </tr>
            ) : (
              <tr key={index} className={cn(line.type === "added" && "bg-add", line.type === "removed" && "bg-del")}>
                {hasNumbers ? (
                  <td className="w-10 min-w-10 pr-2 text-right text-ink-2 select-none">
                    {line.newNumber ?? line.oldNumber}
                  </td>
                ) : null}
                <td className="w-6 min-w-6 text-center text-ink-2 select-none">{signs[line.type]}</td>
                <td className="pr-3.5 whitespace-pre">{line.text === "" ? " " : line.text}</td>
              </tr>
            ),
          )}
        </tbody>
      </table>
    </div>
  );
}
