"use client";
/** Messages that wait on the server and are not on their way from here: of others, and from before. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { toast } from "@/components/ui/toast";
import { RunQueueAnswer } from "@/lib/api/answers/conversation";
import { api } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { command, messageOf, request } from "@/lib/api/request";
import type { SessionPlace } from "../chat/chat-context";
import { useThread } from "../thread/thread-context";
import type { Outbox } from "./outbox";

export function useQueue({ project, session }: SessionPlace, outbox: Outbox, canSend: boolean) {
  const client = useQueryClient();
  const run = useThread((state) => state.run?.runId);
  // The queue moves when a run begins, and when something is added or taken out from here.
  const queryKey = queryKeys.sessionPart(project, session, "queue", run ?? "", String(outbox.length));
  const { data } = useQuery({
    queryKey,
    queryFn: ({ signal }) => request(RunQueueAnswer, api.queue(project, session), { signal }),
    enabled: canSend && run !== undefined,
    placeholderData: (former) => former,
    refetchOnWindowFocus: true,
    retry: false,
  });
  const own = new Set(outbox.map((message) => message.id));
  return {
    others: run === undefined ? [] : (data?.items.filter((item) => !own.has(item.id)) ?? []),
    cancel: (id: string) =>
      command(api.queued(project, session, id), { method: "DELETE" })
        .catch((error: unknown) => toast(messageOf(error), "bad"))
        .finally(() => void client.invalidateQueries({ queryKey })),
  };
}
