"use client";
import { type AgenticSession, DiffAnswer } from "@pilothouse/contracts";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Notice, Skeleton } from "@/components/ui/feedback";
import { api } from "@/lib/api/paths";
import { useAllowed } from "@/lib/api/queries";
import { queryKeys } from "@/lib/api/query-keys";
import { messageOf, request } from "@/lib/api/request";
import { cn } from "@/lib/class-names";
import * as texts from "@/lib/texts";
import { useChat } from "../../chat/chat-context";
import { useThread } from "../../thread/thread-context";
import { messageOfComments } from "./line-comments";
import { RepositoryChanges } from "./repository-changes";
import { type CommentsHandle, useLineComments } from "./use-line-comments";

const words = texts.panels;

export function ChangesPanel({ project, session }: { project: string; session: AgenticSession }) {
  const { name, uid } = session.metadata;
  const canWrite = useAllowed(project, "updateSessions") === true;
  const [isSplit, setSplit] = useState(false);
  const comments = useLineComments(uid);
  // Asked anew when a run ends: that is when changes are complete.
  const finishedRuns = useThread((state) => state.runs.length - (state.run === undefined ? 0 : 1));
  const { data, error } = useQuery({
    queryKey: queryKeys.sessionPart(project, name, "diff", String(finishedRuns), session.status?.phase ?? ""),
    queryFn: ({ signal }) => request(DiffAnswer, api.diff(project, name), { signal }),
    placeholderData: (former) => former,
  });
  if (error !== null) return <Notice title={messageOf(error)} className="m-4" />;
  if (data === undefined) return <Skeleton className="m-4 h-32" />;
  if (data.items.length === 0) return <p className="p-5 text-ink-2">{words.noDiff}</p>;
  return (
    <div className="flex min-h-full flex-col">
      <div className="grid flex-1 content-start gap-5 p-4">
        <div className="flex items-center gap-3">
          {data.live ? null : <p className="text-xs text-ink-3">{words.archived}</p>}
          <div role="group" aria-label={words.layout} className="ml-auto flex gap-0.5 rounded-lg bg-pick p-0.5">
            {[false, true].map((split) => (
              <button
                key={String(split)}
                type="button"
                aria-pressed={split === isSplit}
                onClick={() => setSplit(split)}
                className={cn(
                  "rounded-md px-2 py-0.5 text-xs text-ink-2",
                  split === isSplit && "bg-card font-medium text-ink shadow-lift",
                )}
              >
                {split ? words.split : words.unified}
              </button>
            ))}
          </div>
        </div>
        {data.items.map((diff) => (
          <RepositoryChanges
            key={diff.repo}
            diff={diff}
            isSplit={isSplit}
            comments={comments.comments}
            onComment={canWrite ? comments.set : undefined}
          />
        ))}
      </div>
      {comments.comments.length === 0 ? null : <Gathered handle={comments} />}
    </div>
  );
}

/** Stays at the panel's foot: how many there are, and the way to the agent. */
function Gathered({ handle }: { handle: CommentsHandle }) {
  const { compose } = useChat();
  return (
    <div className="sticky bottom-0 flex items-center gap-2 border-t border-line bg-panel px-4 py-2.5">
      <span role="status" className="flex-1 text-sm font-medium">
        {words.commentCount(handle.comments.length)}
      </span>
      <Button size="sm" variant="ghost" onClick={handle.clear}>
        {words.discard}
      </Button>
      <Button
        size="sm"
        variant="primary"
        onClick={() => {
          compose(messageOfComments(handle.comments, words.commentsOpening));
          handle.clear();
        }}
      >
        {words.toMessage}
      </Button>
    </div>
  );
}
