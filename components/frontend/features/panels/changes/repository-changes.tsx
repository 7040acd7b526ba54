"use client";
import type { RepositoryDiff } from "@pilothouse/contracts";
import { ChevronRight } from "lucide-react";
import { useMemo, useState } from "react";
import { cn } from "@/lib/class-names";
import * as texts from "@/lib/texts";
import { DiffTable, type DiffTableProps } from "./diff-table";
import { parsePatch } from "./parse-patch";

const words = texts.panels;

interface RepositoryChangesProps extends Pick<DiffTableProps, "isSplit" | "comments" | "onComment"> {
  diff: RepositoryDiff;
}

export function RepositoryChanges({ diff, ...view }: RepositoryChangesProps) {
  const files = useMemo(() => parsePatch(diff.patch), [diff.patch]);
  const total = (field: "additions" | "deletions") => diff.files.reduce((sum, file) => sum + file[field], 0);
  return (
    <section className="grid gap-2.5">
      <h2 className="flex items-baseline gap-2.5 px-1 text-sm">
        <span className="font-mono font-medium">{diff.repo}</span>
        <span className="truncate text-ink-3">{diff.branch}</span>
        <span className="ml-auto text-xs text-ink-3">{words.fileCount(diff.files.length)}</span>
        <Counts additions={total("additions")} deletions={total("deletions")} />
      </h2>
      {diff.files.length === 0 ? <p className="px-1 text-sm text-ink-2">{words.noChanges}</p> : null}
      {diff.files.map((file) => (
        <ChangedFile
          key={file.path}
          repo={diff.repo}
          file={file}
          lines={files.find((item) => item.path === file.path)?.lines ?? []}
          {...view}
        />
      ))}
      {diff.truncated === true ? <p className="px-1 text-xs text-ink-3">{words.truncated}</p> : null}
    </section>
  );
}

/** Long changes start closed, so that the list of files stays readable. */
const OPEN_UP_TO_LINES = 400;

interface ChangedFileProps extends Omit<DiffTableProps, "path"> {
  file: RepositoryDiff["files"][number];
}

function ChangedFile({ file, ...table }: ChangedFileProps) {
  const [isOpen, setOpen] = useState(table.lines.length <= OPEN_UP_TO_LINES);
  const { path, oldPath, status } = file;
  const isMoved = status === "renamed" || status === "copied";
  return (
    <div className="overflow-hidden rounded-xl border border-line bg-card">
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
        className="flex w-full items-center gap-2 px-3 py-1.5 text-left -outline-offset-2"
      >
        <ChevronRight
          aria-hidden
          className={cn("size-3.5 shrink-0 text-ink-3 transition-transform duration-100", isOpen && "rotate-90")}
        />
        <span title={path} className="min-w-0 flex-1 truncate font-mono text-xs">
          {isMoved && oldPath !== undefined ? `${oldPath} → ${path}` : path}
        </span>
        <span className="text-xs text-ink-3">{words.fileStatuses[status]}</span>
        <Counts additions={file.additions} deletions={file.deletions} />
      </button>
      {isOpen && table.lines.length > 0 ? (
        <div className="border-t border-line">
          <DiffTable path={path} {...table} />
        </div>
      ) : null}
      {isOpen && table.lines.length === 0 ? (
        <p className="border-t border-line px-3 py-1.5 text-xs text-ink-3">{emptyBecause(file)}</p>
      ) : null}
    </div>
  );
}

/** A file whose lines are not in the patch: a patch that is too large ends early. */
function emptyBecause(file: RepositoryDiff["files"][number]): string {
  if (file.binary === true) return words.binary;
  return file.additions + file.deletions > 0 ? words.tooLargeChange : words.nothingToShow;
}

function Counts({ additions, deletions }: { additions: number; deletions: number }) {
  return (
    <span className="flex shrink-0 gap-2 text-xs tabular">
      {additions === 0 ? null : <span className="text-ok">+{additions}</span>}
      {deletions === 0 ? null : <span className="text-bad">−{deletions}</span>}
    </span>
  );
}
