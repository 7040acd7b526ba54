"use client";
/** Work that the agent left running beside the conversation. Asked for when runs begin and end, and while some runs. */
import type { BackgroundTask } from "@pilothouse/contracts";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { toast } from "@/components/ui/toast";
import { TaskOutput, TasksAnswer } from "@/lib/api/answers/conversation";
import { api } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { command, messageOf, request } from "@/lib/api/request";
import type { SessionPlace } from "../chat/chat-context";
import { useThread } from "../thread/thread-context";

/** No stream tells of tasks; this is as often as somebody looks at a clock. */
const REFETCH_MS = 3000;

export function useTasks({ project, session }: SessionPlace, isLive: boolean): readonly BackgroundTask[] {
  const runs = useThread((state) => state.runs.length * 2 + (state.run === undefined ? 1 : 0));
  const { data } = useQuery({
    queryKey: queryKeys.sessionPart(project, session, "tasks", String(isLive), String(runs)),
    queryFn: ({ signal }) => request(TasksAnswer, api.tasks(project, session), { signal }),
    placeholderData: (former) => former,
    refetchInterval: ({ state }) =>
      isLive && state.data?.items.some((task) => task.status === "running") === true ? REFETCH_MS : false,
    // A list that cannot be had is no list: nothing else depends on it.
    retry: false,
  });
  return data?.items ?? [];
}

export const useTaskOutput = ({ project, session }: SessionPlace, task: BackgroundTask) =>
  useQuery({
    queryKey: queryKeys.sessionPart(project, session, "task-output", task.id, task.status),
    queryFn: ({ signal }) => request(TaskOutput, `${api.task(project, session, task.id)}/output`, { signal }),
    refetchInterval: task.status === "running" ? REFETCH_MS : false,
  });

export function useStopTask({ project, session }: SessionPlace) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => command(`${api.task(project, session, id)}/stop`, { method: "POST", body: {} }),
    onSuccess: () => client.invalidateQueries({ queryKey: queryKeys.sessionPart(project, session, "tasks") }),
    onError: (error) => toast(messageOf(error), "bad"),
  });
}
