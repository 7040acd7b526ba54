"use client";
import { type AgenticSession, DiffAnswer, type RepositoryDiff } from "@pilothouse/contracts";
import { useQuery } from "@tanstack/react-query";
import { ChevronRight } from "lucide-react";
import { useMemo, useState } from "react";
import { Notice, Skeleton } from "@/components/ui/feedback";
import { api } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { messageOf, request } from "@/lib/api/request";
import { cn } from "@/lib/class-names";
import { texts } from "@/lib/texts";
import { useThread } from "../thread/thread-context";
import { DiffLines } from "../tools/diff-view";
import { type PatchFile, parsePatch } from "./parse-patch";

export function ChangesPanel({ project, session }: { project: string; session: AgenticSession }) {
  const { name } = session.metadata;
  // Asked anew when a run ends: that is when changes are complete.
  const finishedRuns = useThread((state) => state.runs.length - (state.run === undefined ? 0 : 1));
  const { data, error } = useQuery({
    queryKey: queryKeys.sessionPart(project, name, "diff", String(finishedRuns), session.status?.phase ?? ""),
    queryFn: ({ signal }) => request(DiffAnswer, api.diff(project, name), { signal }),
    placeholderData: (former) => former,
  });
  if (error !== null) return <Notice title={messageOf(error)} className="m-4" />;
  if (data === undefined) return <Skeleton className="m-4 h-32" />;
  if (data.items.length === 0) return <p className="p-5 text-ink-2">{texts.panels.noRepositories}</p>;
  return (
    <div className="grid gap-5 p-4">
      {data.live ? null : <p className="text-xs text-ink-3">{texts.panels.archived}</p>}
      {data.items.map((diff) => (
        <RepositoryChanges key={diff.repo} diff={diff} />
      ))}
    </div>
  );
}

function RepositoryChanges({ diff }: { diff: RepositoryDiff }) {
  const files = useMemo(() => parsePatch(diff.patch), [diff.patch]);
  const total = (field: "additions" | "deletions") => diff.files.reduce((sum, file) => sum + file[field], 0);
  return (
    <section className="grid gap-2.5">
      <h2 className="flex items-baseline gap-2.5 px-1 text-sm">
        <span className="font-mono font-medium">{diff.repo}</span>
        <span className="truncate text-ink-3">{diff.branch}</span>
        <Counts additions={total("additions")} deletions={total("deletions")} />
      </h2>
      {diff.files.length === 0 ? <p className="px-1 text-sm text-ink-2">{texts.panels.noChanges}</p> : null}
      {diff.files.map((file) => (
        <ChangedFile
          key={file.path}
          path={file.path}
          additions={file.additions}
          deletions={file.deletions}
          patch={files.find((item) => item.path === file.path)}
        />
      ))}
      {diff.truncated === true ? <p className="px-1 text-xs text-ink-3">{texts.panels.truncated}</p> : null}
    </section>
  );
}

interface ChangedFileProps {
  path: string;
  additions: number;
  deletions: number;
  patch: PatchFile | undefined;
}

/** Long changes start closed, so that the list of files stays readable. */
const OPEN_UP_TO_LINES = 400;

function ChangedFile({ path, additions, deletions, patch }: ChangedFileProps) {
  const lines = patch?.lines ?? [];
  const [isOpen, setOpen] = useState(lines.length <= OPEN_UP_TO_LINES);
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
          {path}
        </span>
        <Counts additions={additions} deletions={deletions} />
      </button>
      {isOpen && lines.length > 0 ? (
        <div className="border-t border-line">
          <DiffLines lines={lines} />
        </div>
      ) : null}
    </div>
  );
}

function Counts({ additions, deletions }: { additions: number; deletions: number }) {
  return (
    <span className="ml-auto flex shrink-0 gap-2 text-xs tabular">
      {additions === 0 ? null : <span className="text-ok">+{additions}</span>}
      {deletions === 0 ? null : <span className="text-bad">−{deletions}</span>}
    </span>
  );
}
