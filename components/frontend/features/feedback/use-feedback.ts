"use client";
/** What readers think of messages: shown at once, and taken back when the server refuses it. */
import type { Feedback as FeedbackItem, FeedbackRequest } from "@pilothouse/contracts";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { toast } from "@/components/ui/toast";
import { Feedback, FeedbackAnswer } from "@/lib/api/answers/conversation";
import { api } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { command, messageOf, request } from "@/lib/api/request";
import type { SessionPlace } from "../chat/chat-context";

type Answer = { items: FeedbackItem[] };
type Change = { type: "give"; feedback: FeedbackRequest } | { type: "take-back"; messageId: string };

export function useFeedback({ project, session }: SessionPlace, me: string | undefined) {
  const client = useQueryClient();
  const queryKey = queryKeys.sessionPart(project, session, "feedback");
  const { data } = useQuery<Answer>({
    queryKey,
    queryFn: ({ signal }) => request(FeedbackAnswer, api.feedback(project, session), { signal }),
    staleTime: 60_000,
  });
  const { mutate } = useMutation({
    mutationFn: async (change: Change) => {
      if (change.type === "give")
        await request(Feedback, api.feedback(project, session), { method: "POST", body: change.feedback });
      else await command(api.feedbackOf(project, session, change.messageId), { method: "DELETE" });
    },
    onMutate: async (change) => {
      await client.cancelQueries({ queryKey });
      const before = client.getQueryData<Answer>(queryKey);
      const messageId = change.type === "give" ? change.feedback.messageId : change.messageId;
      const others = before?.items.filter((item) => item.userId !== me || item.messageId !== messageId) ?? [];
      const mine: FeedbackItem[] =
        change.type === "give" && me !== undefined
          ? [{ ...change.feedback, userId: me, createdAt: new Date().toISOString() }]
          : [];
      client.setQueryData<Answer>(queryKey, { items: [...others, ...mine] });
      return { before };
    },
    onError: (error, _change, context) => {
      client.setQueryData(queryKey, context?.before);
      toast(messageOf(error), "bad");
    },
  });
  return {
    items: data?.items ?? [],
    give: (feedback: FeedbackRequest) => mutate({ type: "give", feedback }),
    takeBack: (messageId: string) => mutate({ type: "take-back", messageId }),
  };
}
