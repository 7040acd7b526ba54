"use client";
import { type AgenticSession, type WorkspaceEntry, WorkspaceListing } from "@pilothouse/contracts";
import { useQuery } from "@tanstack/react-query";
import { ChevronRight, File, Folder } from "lucide-react";
import { useState } from "react";
import { Notice, Skeleton } from "@/components/ui/feedback";
import { api } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { messageOf, request } from "@/lib/api/request";
import { formatBytes } from "@/lib/format";
import { sessionState } from "@/lib/session-state";
import { texts } from "@/lib/texts";
import { FileViewer } from "./file-viewer";

export function FilesPanel({ project, session }: { project: string; session: AgenticSession }) {
  const { name } = session.metadata;
  const [path, setPath] = useState("");
  const [file, setFile] = useState<WorkspaceEntry>();
  const isLive = session.status?.phase === "Running";
  const { data, error } = useQuery({
    queryKey: queryKeys.sessionPart(project, name, "workspace", path, session.status?.phase ?? ""),
    queryFn: ({ signal }) =>
      request(WorkspaceListing, `${api.workspace(project, name)}?${new URLSearchParams({ path }).toString()}`, {
        signal,
      }),
    enabled: isLive,
    staleTime: 2000,
  });
  if (!isLive && !sessionState(session).isLive) return <p className="p-5 text-ink-2">{texts.panels.notLive}</p>;
  if (file !== undefined)
    return <FileViewer project={project} session={name} file={file} onClose={() => setFile(undefined)} />;
  const entries = data?.items.toSorted((a, b) => Number(b.isDir) - Number(a.isDir) || a.name.localeCompare(b.name));
  return (
    <div className="p-3">
      <Breadcrumbs path={path} onOpen={setPath} />
      {error === null ? null : <Notice title={messageOf(error)} />}
      {entries === undefined && error === null ? <Skeleton className="m-2 h-24" /> : null}
      {entries?.length === 0 ? <p className="px-2.5 py-2 text-ink-2">{texts.panels.noFiles}</p> : null}
      <ul>
        {entries?.map((entry) => (
          <li key={entry.path}>
            <button
              type="button"
              onClick={() => (entry.isDir ? setPath(entry.path) : setFile(entry))}
              className="flex w-full items-center gap-2.5 rounded-lg px-2.5 py-1 text-left hover:bg-hover"
            >
              {entry.isDir ? (
                <Folder aria-hidden className="size-4 shrink-0 text-accent" />
              ) : (
                <File aria-hidden className="size-4 shrink-0 text-ink-3" />
              )}
              <span className="min-w-0 flex-1 truncate">{entry.name}</span>
              <span className="text-xs text-ink-3 tabular">{entry.isDir ? "" : formatBytes(entry.size)}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Breadcrumbs({ path, onOpen }: { path: string; onOpen: (path: string) => void }) {
  const parts = path === "" ? [] : path.split("/");
  return (
    <nav aria-label={texts.panels.files} className="flex flex-wrap items-center gap-0.5 px-1.5 pb-2 text-sm text-ink-2">
      <button type="button" onClick={() => onOpen("")} className="rounded px-1 hover:bg-hover">
        {texts.panels.workspace}
      </button>
      {parts.map((part, index) => (
        <span key={index} className="flex items-center gap-0.5">
          <ChevronRight aria-hidden className="size-3 text-ink-3" />
          <button
            type="button"
            onClick={() => onOpen(parts.slice(0, index + 1).join("/"))}
            className="rounded px-1 hover:bg-hover"
          >
            {part}
          </button>
        </span>
      ))}
    </nav>
  );
}
