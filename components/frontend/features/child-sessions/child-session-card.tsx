"use client";
/** The agent wishes for another session: the reader starts it, with the reader's own rights, or does not. */
import { Rocket } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/field";
import { SessionResource } from "@/lib/api/answers/session";
import { api } from "@/lib/api/paths";
import { messageOf, request } from "@/lib/api/request";
import * as texts from "@/lib/texts";
import { useChat } from "../chat/chat-context";
import { CannotAct } from "../questions/cannot-act";
import { useAnswer } from "../questions/use-answer";
import type { InterruptEntry } from "../thread/thread-state";
import { childSessionRequest, type ChildSessionWish, wishOf } from "./child-session-wish";

export function ChildSessionCard({ entry }: { entry: InterruptEntry }) {
  const { place } = useChat();
  const { send, isSending, error, canAct } = useAnswer(entry.id);
  const [reason, setReason] = useState("");
  const [problem, setProblem] = useState<string>();
  const [isStarting, setStarting] = useState(false);
  /** Kept when only the answer failed, so that trying again does not start a second one. */
  const [started, setStarted] = useState<string>();
  const wish = wishOf(entry.metadata);
  const isBusy = isSending || isStarting;

  async function allow(): Promise<void> {
    if (wish === undefined || place === undefined) return;
    setStarting(true);
    setProblem(undefined);
    try {
      const sessionName = started ?? (await start(place.project, place.session, wish));
      setStarted(sessionName);
      send("resolved", { decision: "allow", sessionName });
    } catch (failure) {
      setProblem(messageOf(failure));
    } finally {
      setStarting(false);
    }
  }

  const deny = () => {
    const message = reason.trim();
    send("resolved", { decision: "deny", ...(message === "" ? {} : { message }) });
  };

  return (
    <section
      aria-label={texts.childSession.title}
      className="grid grid-cols-[minmax(0,1fr)] gap-3 rounded-2xl border border-warn-line bg-warn-soft p-4"
    >
      <div className="flex items-start gap-2.5">
        <Rocket aria-hidden className="mt-0.5 size-4.5 shrink-0 text-warn-ink" />
        <div className="min-w-0">
          <h2 className="font-semibold">{texts.childSession.title}</h2>
          <p className="text-sm text-ink-2">{texts.childSession.lead}</p>
        </div>
      </div>
      {wish === undefined ? <p className="text-sm text-bad">{texts.childSession.unreadable}</p> : <Wish wish={wish} />}
      {problem === undefined && error === undefined ? null : (
        <p role="alert" className="text-sm text-bad">
          {problem ?? error}
        </p>
      )}
      {canAct === "yes" ? (
        <>
          <div className="flex flex-wrap items-center gap-2">
            <Button variant="primary" disabled={isBusy || wish === undefined} onClick={() => void allow()}>
              {isBusy ? texts.childSession.starting : texts.childSession.start}
            </Button>
            <Button disabled={isBusy} onClick={deny}>
              {texts.approval.deny}
            </Button>
          </div>
          <Input
            aria-label={texts.approval.denyReason}
            placeholder={texts.approval.denyReason}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        </>
      ) : (
        <CannotAct reason={canAct} />
      )}
    </section>
  );
}

async function start(project: string, parent: string, wish: ChildSessionWish): Promise<string> {
  const body = childSessionRequest(wish, parent);
  const { metadata } = await request(SessionResource, api.sessions(project), { method: "POST", body });
  return metadata.name;
}

function Wish({ wish }: { wish: ChildSessionWish }) {
  const facts = [
    [texts.childSession.model, wish.model],
    [
      texts.childSession.repositories,
      wish.repos.map(({ url, branch }) => (branch === undefined ? url : `${url} (${branch})`)).join(", "),
    ],
  ] as const;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-2 rounded-xl border border-line bg-card px-3.5 py-2.5">
      {wish.displayName === undefined ? null : <p className="font-medium">{wish.displayName}</p>}
      <p
        tabIndex={0}
        className="scroll-thin max-h-60 overflow-y-auto text-sm whitespace-pre-wrap [overflow-wrap:anywhere]"
      >
        {wish.prompt}
      </p>
      {facts.map(([label, value]) =>
        value === undefined || value === "" ? null : (
          <p key={label} className="text-xs [overflow-wrap:anywhere] text-ink-2">
            <span className="text-ink-3">{label}: </span>
            {value}
          </p>
        ),
      )}
    </div>
  );
}
