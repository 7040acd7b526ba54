"use client";
import type { WorkspaceEntry } from "@pilothouse/contracts";
import { ArrowLeft, Code, Download } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { api } from "@/lib/api/paths";
import * as texts from "@/lib/texts";
import { FileViewer } from "../files/file-viewer";
import type { Workspace } from "../files/use-workspace";
import { artifactKind } from "./artifact-model";

const words = texts.panels;

interface ArtifactViewerProps {
  workspace: Workspace;
  file: WorkspaceEntry;
  onClose: () => void;
}

export function ArtifactViewer({ workspace, file, onClose }: ArtifactViewerProps) {
  const [isSource, setSource] = useState(false);
  const kind = artifactKind(file.name);
  const { project, session } = workspace;
  const url = api.workspaceFile(project, session, file.path);
  if (kind !== "page" || isSource)
    return (
      <FileViewer
        workspace={{ ...workspace, canWrite: false }}
        file={file}
        onClose={() => (isSource ? setSource(false) : onClose())}
      />
    );
  return (
    <div className="flex h-full flex-col">
      <div className="flex items-center gap-1 border-b border-line bg-panel px-3 py-1.5">
        <Button variant="ghost" size="icon-sm" aria-label={texts.common.back} onClick={onClose}>
          <ArrowLeft aria-hidden className="size-4" />
        </Button>
        <span title={file.path} className="min-w-0 flex-1 truncate font-mono text-xs">
          {file.path}
        </span>
        <Button variant="ghost" size="icon-sm" aria-label={words.showSource} onClick={() => setSource(true)}>
          <Code aria-hidden className="size-4" />
        </Button>
        <Button variant="ghost" size="icon-sm" asChild>
          <a href={url} download={file.name} aria-label={words.download}>
            <Download aria-hidden className="size-4" />
          </a>
        </Button>
      </div>
      {/* An origin of its own, and no way out: what an agent wrote cannot act with the reader's cookie. */}
      <iframe
        title={file.name}
        src={api.artifactFrame(project, session, file.path)}
        sandbox="allow-scripts"
        referrerPolicy="no-referrer"
        className="min-h-0 w-full flex-1 border-0 bg-white"
      />
    </div>
  );
}
