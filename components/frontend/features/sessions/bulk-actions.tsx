"use client";
import type { AgenticSession } from "@pilothouse/contracts";
import { Check, X } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { toast } from "@/components/ui/toast";
import { api } from "@/lib/api/paths";
import { useAccess } from "@/lib/api/queries";
import { command, messageOf } from "@/lib/api/request";
import { sessionState, sessionTitle } from "@/lib/session-state";
import * as texts from "@/lib/texts";
import { type BulkResult, doToEach } from "./bulk";

interface BulkActionsProps {
  project: string;
  sessions: readonly AgenticSession[];
  onDone: () => void;
}

interface Wish {
  readonly act: (name: string) => Promise<void>;
  /** What to say when all of it was done. */
  readonly done: string;
  /** What to say of each that was done. */
  readonly itemDone: string;
}

export function BulkActions({ project, sessions, onDone }: BulkActionsProps) {
  const { data: access } = useAccess(project);
  const [isConfirming, setConfirming] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [failed, setFailed] = useState<{ results: readonly BulkResult[]; itemDone: string }>();
  const live = sessions.filter((session) => sessionState(session).isLive);
  const refusal = access === undefined ? undefined : texts.common.notAllowed(access.userRole);
  const canStop = access?.allowedActions.includes("updateSessions") === true;
  const canDelete = access?.allowedActions.includes("deleteSessions") === true;

  async function each(targets: readonly AgenticSession[], { act, done, itemDone }: Wish): Promise<void> {
    setBusy(true);
    const named = targets.map((session) => ({ name: session.metadata.name, title: sessionTitle(session) }));
    const results = await doToEach(named, act, messageOf);
    setBusy(false);
    if (results.every(({ problem }) => problem === undefined)) toast(done);
    else setFailed({ results, itemDone });
    onDone();
  }

  if (failed !== undefined)
    return <Results results={failed.results} itemDone={failed.itemDone} onClose={() => setFailed(undefined)} />;
  if (sessions.length === 0) return null;
  return (
    <div className="flex flex-wrap items-center gap-2 rounded-xl bg-accent-soft px-3 py-1.5">
      <span className="flex-1 text-sm font-medium whitespace-nowrap" role="status">
        {texts.sessions.selected(sessions.length)}
      </span>
      {canStop && canDelete ? null : <span className="text-xs text-ink-2">{refusal}</span>}
      <Button
        size="sm"
        disabled={!canStop || live.length === 0 || isBusy}
        onClick={() =>
          void each(live, {
            act: (name) => command(api.stop(project, name), { method: "POST" }),
            done: texts.sessions.stopped(live.length),
            itemDone: texts.sessions.itemStopped,
          })
        }
      >
        {texts.sessions.stopSelected}
      </Button>
      <Button size="sm" disabled={!canDelete || isBusy} onClick={() => setConfirming(true)}>
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
          void each(sessions, {
            act: (name) => command(api.session(project, name), { method: "DELETE" }),
            done: texts.sessions.deleted(sessions.length),
            itemDone: texts.sessions.itemDeleted,
          });
        }}
      />
    </div>
  );
}

interface ResultsProps {
  results: readonly BulkResult[];
  itemDone: string;
  onClose: () => void;
}

/** Stays until it was read: what could not be done, and what was. */
function Results({ results, itemDone, onClose }: ResultsProps) {
  const count = results.filter(({ problem }) => problem !== undefined).length;
  return (
    <section role="alert" className="grid gap-2 rounded-xl border border-bad-line bg-bad-soft px-3.5 py-2.5 text-sm">
      <div className="flex items-center gap-2">
        <h2 className="flex-1 font-medium">{texts.sessions.someFailed(count, results.length)}</h2>
        <Button variant="ghost" size="icon-sm" aria-label={texts.common.close} onClick={onClose}>
          <X aria-hidden className="size-4" />
        </Button>
      </div>
      <ul className="grid gap-1">
        {results
          .toSorted((a, b) => Number(a.problem === undefined) - Number(b.problem === undefined))
          .map(({ name, title, problem }) => (
            <li key={name} className="grid grid-cols-[16px_1fr] gap-x-2">
              {problem === undefined ? (
                <Check aria-hidden className="mt-0.5 size-4 text-ok" />
              ) : (
                <X aria-hidden className="mt-0.5 size-4 text-bad" />
              )}
              <span className="min-w-0 break-words">
                <span className="font-medium">{title}</span> {problem ?? itemDone}
              </span>
            </li>
          ))}
      </ul>
    </section>
  );
}
