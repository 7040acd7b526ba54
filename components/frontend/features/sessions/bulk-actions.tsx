"use client";
import type { AgenticSession } from "@pilothouse/contracts";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { toast } from "@/components/ui/toast";
import { api } from "@/lib/api/paths";
import { useAllowed } from "@/lib/api/queries";
import { command, messageOf } from "@/lib/api/request";
import { sessionState } from "@/lib/session-state";
import { texts } from "@/lib/texts";

interface BulkActionsProps {
  project: string;
  sessions: readonly AgenticSession[];
  onDone: () => void;
}

export function BulkActions({ project, sessions, onDone }: BulkActionsProps) {
  const canStop = useAllowed(project, "updateSessions") === true;
  const canDelete = useAllowed(project, "deleteSessions") === true;
  const [isConfirming, setConfirming] = useState(false);
  const live = sessions.filter((session) => sessionState(session).isLive);
  if (sessions.length === 0) return null;

  /** Does one thing to each, and tells how it went once. */
  async function each(
    targets: readonly AgenticSession[],
    act: (name: string) => Promise<void>,
    done: string,
  ): Promise<void> {
    const results = await Promise.allSettled(targets.map((session) => act(session.metadata.name)));
    const failure = results.find((result) => result.status === "rejected");
    if (failure === undefined) toast(done);
    else toast(messageOf(failure.reason), "bad");
    onDone();
  }

  return (
    <div className="flex items-center gap-2 rounded-xl bg-accent-soft px-3 py-1.5">
      <span className="flex-1 text-sm font-medium">{texts.sessions.selected(sessions.length)}</span>
      <Button
        size="sm"
        disabled={!canStop || live.length === 0}
        onClick={() =>
          void each(
            live,
            (name) => command(api.stop(project, name), { method: "POST" }),
            texts.sessions.stopped(live.length),
          )
        }
      >
        {texts.sessions.stopSelected}
      </Button>
      <Button size="sm" disabled={!canDelete} onClick={() => setConfirming(true)}>
        {texts.sessions.deleteSelected}
      </Button>
      <Button size="sm" variant="ghost" onClick={onDone}>
        {texts.common.cancel}
      </Button>
      <Confirm
        open={isConfirming}
        onOpenChange={setConfirming}
        title={texts.sessions.deleteTitle(sessions.length)}
        description={texts.sessions.deleteLead}
        action={texts.common.delete}
        onConfirm={() => {
          setConfirming(false);
          void each(
            sessions,
            (name) => command(api.session(project, name), { method: "DELETE" }),
            texts.sessions.deleted(sessions.length),
          );
        }}
      />
    </div>
  );
}
