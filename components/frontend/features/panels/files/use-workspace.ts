"use client";
/** The files of a session: reading folders and files, and changing them through its runner. */
import { type AgenticSession, type WorkspaceEntry, WorkspaceListing } from "@pilothouse/contracts";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "@/lib/api/paths";
import { useAllowed } from "@/lib/api/queries";
import { queryKeys } from "@/lib/api/query-keys";
import { ApiError, command, request } from "@/lib/api/request";
import * as texts from "@/lib/texts";

export interface Workspace {
  readonly project: string;
  readonly session: string;
  readonly uid: string;
  readonly isLive: boolean;
  readonly canWrite: boolean;
  list: (path: string, signal?: AbortSignal) => Promise<readonly WorkspaceEntry[]>;
  read: (path: string, signal?: AbortSignal) => Promise<string>;
  write: (path: string, body: Blob | string) => Promise<void>;
  remove: (path: string) => Promise<void>;
  /** What was read of the workspace is read anew. */
  refresh: () => Promise<void>;
}

export function useWorkspace(project: string, session: AgenticSession): Workspace {
  const client = useQueryClient();
  const isAllowed = useAllowed(project, "updateSessions");
  const { name, uid } = session.metadata;
  const isLive = session.status?.phase === "Running";
  return useMemo(
    () => ({
      project,
      session: name,
      uid,
      isLive,
      canWrite: isLive && isAllowed === true,
      list: (path, signal) => listFolder(project, name, path, signal),
      read: async (path, signal) => {
        const response = await fetch(api.workspaceFile(project, name, path), signal === undefined ? {} : { signal });
        if (!response.ok) throw new ApiError(response.status, "FILE", texts.common.loadFailed(path));
        return response.text();
      },
      write: (path, body) => writeFile(api.workspaceFile(project, name, path), body),
      remove: (path) => command(api.workspaceFile(project, name, path), { method: "DELETE" }),
      refresh: () => client.invalidateQueries({ queryKey: queryKeys.sessionPart(project, name, "workspace") }),
    }),
    [client, project, name, uid, isLive, isAllowed],
  );
}

async function listFolder(
  project: string,
  session: string,
  path: string,
  signal?: AbortSignal,
): Promise<readonly WorkspaceEntry[]> {
  const query = new URLSearchParams({ path }).toString();
  const options = signal === undefined ? {} : { signal };
  const { items } = await request(WorkspaceListing, `${api.workspace(project, session)}?${query}`, options);
  return items.toSorted((a, b) => Number(b.isDir) - Number(a.isDir) || a.name.localeCompare(b.name));
}

/** A folder's entries, folders first; asked for again when it is looked at again. */
export function useFolder(workspace: Workspace, path: string, isOpen = true) {
  return useQuery({
    queryKey: queryKeys.sessionPart(
      workspace.project,
      workspace.session,
      "workspace",
      path,
      workspace.isLive ? "live" : "ended",
    ),
    queryFn: ({ signal }) => workspace.list(path, signal),
    enabled: isOpen,
    staleTime: 2000,
  });
}

async function writeFile(url: string, body: Blob | string): Promise<void> {
  const response = await fetch(url, {
    method: "PUT",
    headers: { "content-type": "application/octet-stream" },
    body,
  });
  if (response.ok) return;
  const answer: unknown = await response.json().catch(() => undefined);
  throw new ApiError(response.status, "FILE", errorIn(answer) ?? texts.errors.unreadable);
}

function errorIn(answer: unknown): string | undefined {
  if (typeof answer !== "object" || answer === null || !("error" in answer)) return undefined;
  return typeof answer.error === "string" ? answer.error : undefined;
}
