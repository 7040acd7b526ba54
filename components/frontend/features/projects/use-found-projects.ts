"use client";
/** Projects by a text: looked for among those that are here, and by the server where these are not all. */
import type { ProjectSummary } from "@pilothouse/contracts";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ProjectPage } from "@/lib/api/answers/place";
import { api } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { request } from "@/lib/api/request";
import { useSettled } from "@/lib/use-settled";

const PAUSE_MS = 200;
const LIMIT = "100";

interface Page {
  readonly items: readonly ProjectSummary[];
  readonly totalCount: number;
  readonly hasMore: boolean;
}

/** @returns those to show, and how many there are in all */
export function useFoundProjects(
  page: Page | undefined,
  search: string,
): { shown: readonly ProjectSummary[]; total: number } {
  const settled = useSettled(search, PAUSE_MS);
  const parameters = new URLSearchParams({ search: settled, limit: LIMIT, sort: "name" }).toString();
  const isPart = page?.hasMore === true;
  const { data } = useQuery({
    queryKey: [...queryKeys.projects, parameters],
    queryFn: ({ signal }) => request(ProjectPage, `${api.projects}?${parameters}`, { signal }),
    enabled: isPart && settled !== "",
    placeholderData: keepPreviousData,
  });
  if (page === undefined) return { shown: [], total: 0 };
  if (isPart && search !== "" && data !== undefined) return { shown: data.items, total: data.totalCount };
  const wanted = search.toLowerCase();
  const shown = page.items.filter(({ name, displayName, description }) =>
    `${name} ${displayName} ${description}`.toLowerCase().includes(wanted),
  );
  return { shown, total: search === "" ? page.totalCount : shown.length };
}
