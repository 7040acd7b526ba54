"use client";
/** Files that go into the workspace before the agent begins. */
import { FileText, X } from "lucide-react";
import { Button } from "@/components/ui/button";
import { cn } from "@/lib/class-names";
import { formatBytes } from "@/lib/format";
import * as texts from "@/lib/texts";
import { MAXIMUM_FILE_BYTES } from "../composer/attachments";

interface ChosenFilesProps {
  files: readonly File[];
  onChange: (files: readonly File[]) => void;
}

export function ChosenFiles({ files, onChange }: ChosenFilesProps) {
  if (files.length === 0) return null;
  return (
    <ul className="mb-2.5 flex flex-wrap gap-2">
      {files.map((file, index) => {
        const isTooLarge = file.size > MAXIMUM_FILE_BYTES;
        return (
          <li
            key={index}
            className={cn(
              "flex max-w-full items-center gap-2 rounded-lg border border-line bg-panel py-0.5 pr-0.5 pl-2 text-sm",
              isTooLarge && "border-bad-line bg-bad-soft",
            )}
          >
            <FileText aria-hidden className="size-3.5 shrink-0 text-ink-3" />
            <span className="max-w-52 truncate">{file.name}</span>
            <span className={cn("text-xs text-ink-3", isTooLarge && "text-bad")}>
              {isTooLarge ? texts.create.fileTooLarge(file.name) : formatBytes(file.size)}
            </span>
            <Button
              variant="ghost"
              size="icon-sm"
              aria-label={texts.create.removeFile(file.name)}
              onClick={() => onChange(files.filter((_, position) => position !== index))}
            >
              <X aria-hidden className="size-3.5" />
            </Button>
          </li>
        );
      })}
    </ul>
  );
}
