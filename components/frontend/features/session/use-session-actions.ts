"use client";
/** What can be done to a session. Each action tells by itself when it fails; the stream shows what it did. */
import type { AgenticSession, PatchSessionRequest } from "@pilothouse/contracts";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { toast } from "@/components/ui/toast";
import { SessionResource } from "@/lib/api/answers/session";
import { api, pages } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { command, messageOf, request } from "@/lib/api/request";
import * as texts from "@/lib/texts";

export function useSessionActions(project: string, name: string) {
  const client = useQueryClient();
  const router = useRouter();
  const onError = (error: unknown) => toast(messageOf(error), "bad");
  const keep = (session: AgenticSession) => client.setQueryData(queryKeys.session(project, name), session);

  const stop = useMutation({ mutationFn: () => command(api.stop(project, name), { method: "POST" }), onError });
  const start = useMutation({ mutationFn: () => command(api.start(project, name), { method: "POST" }), onError });
  const rename = useMutation({
    mutationFn: (displayName: string) => {
      const body: PatchSessionRequest = { displayName };
      return request(SessionResource, api.session(project, name), { method: "PATCH", body });
    },
    onSuccess: keep,
    onError,
  });
  const clone = useMutation({
    mutationFn: () => request(SessionResource, api.clone(project, name), { method: "POST", body: {} }),
    onSuccess: ({ metadata }) => {
      toast(texts.session.cloned);
      router.push(pages.session(project, metadata.name));
    },
    onError,
  });
  const remove = useMutation({
    mutationFn: () => command(api.session(project, name), { method: "DELETE" }),
    onSuccess: () => {
      toast(texts.sessions.deleted(1));
      router.push(pages.sessions(project));
    },
    onError,
  });
  return { stop, start, rename, clone, remove };
}
