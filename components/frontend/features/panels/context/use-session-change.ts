"use client";
/** Changes a session's wish; the runner acts on it, and the status tells how that went. */
import { type AgenticSession, type PatchSessionRequest, SessionResource } from "@pilothouse/contracts";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { toast } from "@/components/ui/toast";
import { api } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { messageOf, request } from "@/lib/api/request";

export function useSessionChange(project: string, session: AgenticSession) {
  const client = useQueryClient();
  const { name } = session.metadata;
  return useMutation({
    mutationFn: (body: PatchSessionRequest) =>
      request(SessionResource, api.session(project, name), { method: "PATCH", body }),
    onSuccess: (changed) => client.setQueryData(queryKeys.session(project, name), changed),
    onError: (error) => toast(messageOf(error), "bad"),
  });
}
