"use client";
import type { WorkspaceEntry } from "@pilothouse/contracts";
import { useQuery } from "@tanstack/react-query";
import { ArrowLeft, Download } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Notice, Skeleton } from "@/components/ui/feedback";
import { api } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { messageOf } from "@/lib/api/request";
import { texts } from "@/lib/texts";
import { HighlightedCode } from "../markdown/code-block";
import { languageOf } from "../tools/tool-facts";

const MAXIMUM_BYTES = 512 * 1024;
const IMAGE = /\.(png|jpe?g|gif|webp|avif)$/i;

interface FileViewerProps {
  project: string;
  session: string;
  file: WorkspaceEntry;
  onClose: () => void;
}

export function FileViewer({ project, session, file, onClose }: FileViewerProps) {
  const url = api.workspaceFile(project, session, file.path);
  return (
    <div>
      <div className="sticky top-0 flex items-center gap-1.5 border-b border-line bg-panel px-3 py-1.5">
        <Button variant="ghost" size="icon-sm" aria-label={texts.common.back} onClick={onClose}>
          <ArrowLeft aria-hidden className="size-4" />
        </Button>
        <span title={file.path} className="min-w-0 flex-1 truncate font-mono text-xs">
          {file.path}
        </span>
        <Button variant="ghost" size="icon-sm" asChild>
          <a href={url} download={file.name} aria-label={texts.panels.download}>
            <Download aria-hidden className="size-4" />
          </a>
        </Button>
      </div>
      {IMAGE.test(file.name) ? (
        <img src={url} alt={file.name} className="m-4 max-w-[calc(100%-32px)]" />
      ) : file.size > MAXIMUM_BYTES ? (
        <p className="p-5 text-ink-2">{texts.panels.tooLarge}</p>
      ) : (
        <TextFile url={url} project={project} session={session} file={file} />
      )}
    </div>
  );
}

function TextFile({ url, project, session, file }: Omit<FileViewerProps, "onClose"> & { url: string }) {
  const { data, error } = useQuery({
    queryKey: queryKeys.sessionPart(project, session, "file", file.path, file.modifiedAt),
    queryFn: async ({ signal }) => {
      const response = await fetch(url, { signal });
      if (!response.ok) throw new Error(texts.common.loadFailed(file.name));
      return response.text();
    },
  });
  if (error !== null) return <Notice title={messageOf(error)} className="m-4" />;
  if (data === undefined) return <Skeleton className="m-4 h-40" />;
  if (data.includes("\u0000")) return <p className="p-5 text-ink-2">{texts.panels.binary}</p>;
  return <HighlightedCode code={data} language={languageOf(file.name)} className="p-4" />;
}
