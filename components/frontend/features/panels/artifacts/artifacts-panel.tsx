"use client";
/** What the agent handed over: live, and from the archive when its pod is gone. */
import type { AgenticSession, WorkspaceEntry } from "@pilothouse/contracts";
import { useQuery } from "@tanstack/react-query";
import { AppWindow, Download, FileText, Image, Package } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Empty, Notice, Skeleton } from "@/components/ui/feedback";
import { Time } from "@/components/ui/time";
import { api } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { ApiError, messageOf } from "@/lib/api/request";
import { formatBytes } from "@/lib/format";
import * as texts from "@/lib/texts";
import { useThread } from "../../thread/thread-context";
import { useWorkspace, type Workspace } from "../files/use-workspace";
import { ARTIFACTS, artifactKind, shortPath } from "./artifact-model";
import { ArtifactViewer } from "./artifact-viewer";

const words = texts.panels;
const icons = { page: AppWindow, image: Image, text: FileText, other: Package };
const FOLDERS_AT_MOST = 50;

export function ArtifactsPanel({ project, session }: { project: string; session: AgenticSession }) {
  const { name } = session.metadata;
  const workspace = useWorkspace(project, session);
  const [shown, setShown] = useState<WorkspaceEntry>();
  // A tool that ended may have written one.
  const entries = useThread((state) => (state.run === undefined ? state.runs.length : -state.entries.length));
  const { data, error } = useQuery({
    queryKey: queryKeys.sessionPart(project, name, "artifacts", session.status?.phase ?? "", String(entries)),
    queryFn: ({ signal }) => listArtifacts(workspace, signal),
    placeholderData: (former) => former,
    staleTime: 2000,
  });
  if (error !== null) return <Notice title={messageOf(error)} className="m-4" />;
  if (data === undefined) return <Skeleton className="m-4 h-24" />;
  if (shown !== undefined)
    return <ArtifactViewer workspace={workspace} file={shown} onClose={() => setShown(undefined)} />;
  if (data.length === 0)
    return (
      <Empty icon={<Package />} title={words.noArtifacts}>
        {words.noArtifactsLead}
      </Empty>
    );
  return (
    <div className="grid gap-2 p-3">
      <div className="flex items-center px-1">
        <p className="flex-1 text-xs text-ink-3">{workspace.isLive ? "" : words.archived}</p>
        <Button variant="ghost" size="sm" asChild>
          <a href={api.filesZip(project, name, ARTIFACTS)} download={`${name}-artifacts.zip`}>
            <Download aria-hidden className="size-3.5" />
            {words.downloadZip}
          </a>
        </Button>
      </div>
      <ul>
        {data.map((entry) => {
          const Icon = icons[artifactKind(entry.name)];
          return (
            <li key={entry.path}>
              <button
                type="button"
                onClick={() => setShown(entry)}
                className="flex w-full items-center gap-2.5 rounded-lg px-2 py-1.5 text-left hover:bg-hover"
              >
                <Icon aria-hidden className="size-4 shrink-0 text-ink-3" />
                <span className="min-w-0 flex-1 truncate">{shortPath(entry.path)}</span>
                <span className="text-xs text-ink-3 tabular">{formatBytes(entry.size)}</span>
                <Time at={entry.modifiedAt} className="w-9 text-right text-xs text-ink-3 tabular" />
              </button>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

/** All files below the folder, newest first; none when there is no such folder, or nothing was kept. */
async function listArtifacts(workspace: Workspace, signal: AbortSignal): Promise<readonly WorkspaceEntry[]> {
  const files: WorkspaceEntry[] = [];
  const folders = [ARTIFACTS];
  try {
    for (let seen = 0; seen < FOLDERS_AT_MOST; seen += 1) {
      const folder = folders.shift();
      if (folder === undefined) break;
      for (const entry of await workspace.list(folder, signal)) {
        if (entry.isDir) folders.push(entry.path);
        else files.push(entry);
      }
    }
  } catch (error) {
    if (!(error instanceof ApiError) || (error.status !== 404 && error.status !== 409)) throw error;
  }
  return files.toSorted((a, b) => b.modifiedAt.localeCompare(a.modifiedAt));
}
