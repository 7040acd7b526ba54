"use client";
import { useQuery } from "@tanstack/react-query";
import { File } from "lucide-react";
import { useDeferredValue } from "react";
import { Notice, Skeleton } from "@/components/ui/feedback";
import { queryKeys } from "@/lib/api/query-keys";
import { messageOf } from "@/lib/api/request";
import * as texts from "@/lib/texts";
import { searchFiles } from "./file-search";
import type { FileActions } from "./file-tree";

export function FileSearch({ query, actions }: { query: string; actions: FileActions }) {
  const { workspace } = actions;
  const settled = useDeferredValue(query);
  const { data, error } = useQuery({
    queryKey: queryKeys.sessionPart(workspace.project, workspace.session, "workspace", "search", settled),
    queryFn: ({ signal }) => searchFiles(settled, (path) => workspace.list(path, signal), signal),
    placeholderData: (former) => former,
    staleTime: 5000,
  });
  if (error !== null) return <Notice title={messageOf(error)} />;
  if (data === undefined) return <Skeleton className="h-24" />;
  return (
    <>
      <p role="status" className="px-2 pb-1 text-xs text-ink-3">
        {texts.panels.filesFound(data.items.length, data.isPartial)}
      </p>
      <ul>
        {data.items.map((entry) => (
          <li key={entry.path}>
            <button
              type="button"
              onClick={() => actions.open(entry)}
              className="flex w-full items-center gap-2 rounded-lg px-2 py-1 text-left hover:bg-hover"
            >
              <File aria-hidden className="size-4 shrink-0 text-ink-3" />
              <span className="min-w-0 flex-1 truncate">
                {entry.name}
                <span className="ml-2 text-xs text-ink-3">{entry.path.split("/").slice(0, -1).join("/")}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
