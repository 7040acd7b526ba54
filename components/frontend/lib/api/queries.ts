"use client";
/** Server state that several features read. */
import type { ProjectAction } from "@pilothouse/contracts";
import { useQuery } from "@tanstack/react-query";
import { ModelsAnswer, RunnerTypesAnswer, SecretKeysAnswer } from "./answers/catalog";
import { Me, ProjectAccessAnswer, ProjectPage } from "./answers/place";
import { askAgainAfter } from "./ask-again";
import { api } from "./paths";
import { queryKeys } from "./query-keys";
import { request } from "./request";

/** Things that change when people change them, not by themselves. */
const RARELY_MS = 5 * 60_000;

export const useMe = () =>
  useQuery({ queryKey: queryKeys.me, queryFn: ({ signal }) => request(Me, api.me, { signal }), staleTime: RARELY_MS });

export const useProjects = () =>
  useQuery({
    queryKey: queryKeys.projects,
    queryFn: ({ signal }) => request(ProjectPage, `${api.projects}?limit=100&sort=name`, { signal }),
    // A project that is being set up becomes ready by itself.
    refetchInterval: (query) =>
      query.state.data?.items.some((project) => project.status === "Pending" || project.status === "Terminating") ===
      true
        ? 1000
        : askAgainAfter(query.state.error),
  });

export const useAccess = (project: string) =>
  useQuery({
    queryKey: queryKeys.access(project),
    queryFn: ({ signal }) => request(ProjectAccessAnswer, api.access(project), { signal }),
    staleTime: RARELY_MS,
  });

/** Whether the caller may do something in a project; undefined while that is not known. */
export function useAllowed(project: string, action: ProjectAction): boolean | undefined {
  const { data } = useAccess(project);
  return data?.allowedActions.includes(action);
}

export const useModels = (project: string) =>
  useQuery({
    queryKey: queryKeys.models(project),
    queryFn: ({ signal }) => request(ModelsAnswer, api.models(project), { signal }),
    staleTime: RARELY_MS,
  });

export const useRunnerTypes = (project: string) =>
  useQuery({
    queryKey: queryKeys.runnerTypes(project),
    queryFn: ({ signal }) => request(RunnerTypesAnswer, api.runnerTypes(project), { signal }),
    staleTime: RARELY_MS,
  });

export const useRunnerSecrets = (project: string) =>
  useQuery({
    queryKey: queryKeys.runnerSecrets(project),
    queryFn: ({ signal }) => request(SecretKeysAnswer, api.runnerSecrets(project), { signal }),
  });
