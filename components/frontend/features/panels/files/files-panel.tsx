"use client";
import type { AgenticSession, WorkspaceEntry } from "@pilothouse/contracts";
import { Download, RefreshCw, Search, Upload } from "lucide-react";
import { type DragEvent, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { Input } from "@/components/ui/field";
import { toast } from "@/components/ui/toast";
import { api } from "@/lib/api/paths";
import { messageOf } from "@/lib/api/request";
import { cn } from "@/lib/class-names";
import * as texts from "@/lib/texts";
import { FileSearch } from "./file-search-results";
import { type FileActions, FileTree } from "./file-tree";
import { FileViewer } from "./file-viewer";
import { uploadFiles } from "./upload";
import { useWorkspace } from "./use-workspace";

const words = texts.panels;
/** Where files go that are dropped on no folder in particular. */
const UPLOADS = "uploads";

export function FilesPanel({ project, session }: { project: string; session: AgenticSession }) {
  const workspace = useWorkspace(project, session);
  const [file, setFile] = useState<WorkspaceEntry>();
  const [search, setSearch] = useState("");
  const [removing, setRemoving] = useState<WorkspaceEntry>();
  const [isOver, setOver] = useState(false);
  const picker = useRef<HTMLInputElement>(null);

  if (!workspace.isLive) return <p className="p-5 text-ink-2">{words.notLive}</p>;

  async function drop(folder: string, files: readonly File[]): Promise<void> {
    const problems = await uploadFiles(folder, files, (path, body) => workspace.write(path, body));
    await workspace.refresh();
    if (problems.length === 0) toast(words.uploaded(files.length, folder));
    else for (const problem of problems) toast(problem, "bad");
  }
  async function remove(entry: WorkspaceEntry): Promise<void> {
    setRemoving(undefined);
    try {
      await workspace.remove(entry.path);
      toast(words.deleted(entry.name));
      if (file?.path === entry.path) setFile(undefined);
    } catch (error) {
      toast(messageOf(error), "bad");
    }
    await workspace.refresh();
  }
  const actions: FileActions = {
    workspace,
    open: setFile,
    remove: setRemoving,
    drop: (folder, files) => void drop(folder, files),
  };

  return (
    <div
      className={cn("min-h-full", isOver && "bg-accent-soft")}
      onDragOver={(event) => {
        if (!workspace.canWrite || file !== undefined) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event: DragEvent) => {
        if (!workspace.canWrite || file !== undefined) return;
        event.preventDefault();
        setOver(false);
        void drop(UPLOADS, [...event.dataTransfer.files]);
      }}
    >
      {file === undefined ? null : (
        <FileViewer
          key={file.path}
          workspace={workspace}
          file={file}
          onClose={() => setFile(undefined)}
          onDelete={() => setRemoving(file)}
        />
      )}
      {/* Stays as it was opened while a file is looked at. */}
      <div hidden={file !== undefined} className="p-3">
        <div className="flex items-center gap-1 pb-2">
          <label className="relative min-w-0 flex-1">
            <span className="sr-only">{words.searchFiles}</span>
            <Search aria-hidden className="absolute top-2 left-2.5 size-3.5 text-ink-3" />
            <Input
              type="search"
              value={search}
              placeholder={words.searchFiles}
              className="h-8 pl-8 text-sm"
              onChange={(event) => setSearch(event.target.value)}
            />
          </label>
          <Button variant="ghost" size="icon-sm" aria-label={words.refresh} onClick={() => void workspace.refresh()}>
            <RefreshCw aria-hidden className="size-3.5" />
          </Button>
          <Button variant="ghost" size="icon-sm" asChild>
            <a
              href={api.filesZip(project, session.metadata.name, "")}
              download={`${session.metadata.name}.zip`}
              aria-label={words.downloadAll}
              title={words.downloadAll}
            >
              <Download aria-hidden className="size-4" />
            </a>
          </Button>
          {workspace.canWrite ? (
            <Button size="sm" onClick={() => picker.current?.click()}>
              <Upload aria-hidden className="size-3.5" />
              {words.upload}
            </Button>
          ) : null}
          <input
            ref={picker}
            type="file"
            multiple
            hidden
            onChange={(event) => {
              void drop(UPLOADS, [...(event.target.files ?? [])]);
              event.target.value = "";
            }}
          />
        </div>
        {search.trim() === "" ? (
          <FileTree path="" depth={0} actions={actions} />
        ) : (
          <FileSearch query={search.trim()} actions={actions} />
        )}
        {workspace.canWrite ? <p className="px-2 pt-3 text-xs text-ink-3">{words.dropHint}</p> : null}
      </div>
      <Confirm
        open={removing !== undefined}
        onOpenChange={(open) => (open ? undefined : setRemoving(undefined))}
        title={words.deleteTitle(removing?.name ?? "")}
        description={removing?.isDir === true ? words.deleteFolderLead : words.deleteFileLead}
        action={texts.common.delete}
        onConfirm={() => (removing === undefined ? undefined : void remove(removing))}
      />
    </div>
  );
}
