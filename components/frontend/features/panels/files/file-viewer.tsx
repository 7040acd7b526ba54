"use client";
import type { WorkspaceEntry } from "@pilothouse/contracts";
import { useQuery } from "@tanstack/react-query";
import { ArrowLeft, Download, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Notice, Skeleton } from "@/components/ui/feedback";
import { api } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { messageOf } from "@/lib/api/request";
import * as texts from "@/lib/texts";
import { HighlightedCode } from "../../markdown/code-block";
import { languageOf } from "../../tools/tool-facts";
import { FileEditor } from "./file-editor";
import type { Workspace } from "./use-workspace";

const MAXIMUM_BYTES = 512 * 1024;
const IMAGE = /\.(png|jpe?g|gif|webp|avif)$/i;

interface FileViewerProps {
  workspace: Workspace;
  file: WorkspaceEntry;
  onClose: () => void;
  onDelete?: () => void;
}

export function FileViewer({ workspace, file, onClose, onDelete }: FileViewerProps) {
  const [isEditing, setEditing] = useState(false);
  const url = api.workspaceFile(workspace.project, workspace.session, file.path);
  const isImage = IMAGE.test(file.name);
  const isText = !isImage && file.size <= MAXIMUM_BYTES;
  const { data, error } = useQuery({
    queryKey: queryKeys.sessionPart(workspace.project, workspace.session, "workspace", "file", file.path),
    queryFn: ({ signal }) => workspace.read(file.path, signal),
    enabled: isText,
    staleTime: 0,
  });
  const isBinary = data?.includes("\u0000") === true;
  return (
    <div className="flex min-h-full flex-col">
      <div className="sticky top-0 z-1 flex items-center gap-1 border-b border-line bg-panel px-3 py-1.5">
        <Button variant="ghost" size="icon-sm" aria-label={texts.common.back} onClick={onClose}>
          <ArrowLeft aria-hidden className="size-4" />
        </Button>
        <span title={file.path} className="min-w-0 flex-1 truncate font-mono text-xs">
          {file.path}
        </span>
        {workspace.canWrite && data !== undefined && !isBinary && !isEditing ? (
          <Button variant="ghost" size="icon-sm" aria-label={texts.panels.edit} onClick={() => setEditing(true)}>
            <Pencil aria-hidden className="size-3.5" />
          </Button>
        ) : null}
        <Button variant="ghost" size="icon-sm" asChild>
          <a href={url} download={file.name} aria-label={texts.panels.download}>
            <Download aria-hidden className="size-4" />
          </a>
        </Button>
        {workspace.canWrite && onDelete !== undefined ? (
          <Button variant="ghost" size="icon-sm" aria-label={texts.common.delete} onClick={onDelete}>
            <Trash2 aria-hidden className="size-4" />
          </Button>
        ) : null}
      </div>
      {isImage ? <img src={url} alt={file.name} className="m-4 max-w-[calc(100%-32px)] self-start" /> : null}
      {!isImage && !isText ? <p className="p-5 text-ink-2">{texts.panels.tooLarge}</p> : null}
      {error === null ? null : <Notice title={messageOf(error)} className="m-4" />}
      {isText && data === undefined && error === null ? <Skeleton className="m-4 h-40" /> : null}
      {isBinary ? <p className="p-5 text-ink-2">{texts.panels.binary}</p> : null}
      {data === undefined || isBinary ? null : isEditing ? (
        <FileEditor workspace={workspace} path={file.path} content={data} onClose={() => setEditing(false)} />
      ) : data === "" ? (
        <p className="p-5 text-ink-2">{texts.panels.emptyFile}</p>
      ) : (
        <HighlightedCode code={data} language={languageOf(file.name)} className="p-4" />
      )}
    </div>
  );
}
