"use client";
/** The page of one session: header, conversation, composer, and the panel beside them. */
import type { AgenticSession } from "@pilothouse/contracts";
import dynamic from "next/dynamic";
import { useMemo, useRef, useState } from "react";
import { RunAccepted } from "@/lib/api/answers/conversation";
import { api } from "@/lib/api/paths";
import { useAllowed, useMe } from "@/lib/api/queries";
import { command, request } from "@/lib/api/request";
import { sessionState } from "@/lib/session-state";
import * as texts from "@/lib/texts";
import { ChatProvider, type ChatContextValue } from "../chat/chat-context";
import { ChatView } from "../chat/chat-view";
import type { SentFile } from "../composer/attachments";
import { Composer, type ComposerHandle } from "../composer/composer";
import type { CompletionSource } from "../composer/use-completion";
import { useOutbox } from "../composer/use-outbox";
import { TaskList } from "../tasks/task-list";
import { ThreadProvider } from "../thread/thread-context";
import { useThreadStream } from "../thread/use-thread-stream";
import { ChatSkeleton } from "./chat-skeleton";
import { SessionFooter } from "./session-footer";
import { SessionHeader } from "./session-header";
import { SessionTail } from "./session-tail";
import { startupOf } from "./startup-steps";
import { useAttention } from "./use-attention";
import { useCompletionSource } from "./use-completion-source";
import { useSessionActions } from "./use-session-actions";

/** Loaded when it is first opened. */
const SidePanel = dynamic(() => import("../panels/side-panel").then((module) => module.SidePanel));

export function SessionView({ project, session }: { project: string; session: AgenticSession }) {
  const { name } = session.metadata;
  const { data: me } = useMe();
  const isAllowed = useAllowed(project, "updateSessions");
  const canCreate = useAllowed(project, "createSessions") === true;
  const state = sessionState(session);
  const actions = useSessionActions(project, name);
  const composer = useRef<ComposerHandle>(null);
  const [isPanelOpen, setPanelOpen] = useState(false);
  const { store, connection, isReady } = useThreadStream(
    api.thread(project, name),
    session.status?.agent?.lastSeq ?? 0,
  );
  const canSend = session.status?.phase === "Running";
  const thread = session.metadata.uid;
  const outbox = useOutbox({ project, session: name, thread, canSend, isReady, store });
  const source = useCompletionSource(project, session, canSend);
  useAttention(session);

  const place = useMemo(() => ({ project, session: name }), [project, name]);
  const chat = useMemo<ChatContextValue>(
    () => ({
      place,
      canBranch: canCreate,
      me: me?.userId,
      canAct: isAllowed === false ? "read-only" : canSend ? "yes" : "not-running",
      answer: async (answer) => {
        await request(RunAccepted, api.run(project, name), {
          method: "POST",
          body: { messages: [], resume: [answer] },
        });
      },
      compose: (text) => composer.current?.add(text),
    }),
    [place, me?.userId, canCreate, isAllowed, canSend, project, name],
  );

  /** A message to a session that has ended starts it again; the message waits until it can be taken. */
  function send(text: string, files: readonly SentFile[]): void {
    outbox.write(text, files);
    if (state.isEnded) actions.start.mutate();
  }

  const isStarting = startupOf(session) !== undefined;
  const tail = (
    <SessionTail
      project={project}
      session={session}
      outbox={outbox}
      canSend={canSend}
      onEdit={({ text, files }) => composer.current?.add(text, files)}
    />
  );

  return (
    <ThreadProvider store={store}>
      <ChatProvider value={chat}>
        <div className="flex min-h-0 flex-1">
          <main className="flex min-h-0 min-w-0 flex-1 flex-col short:overflow-y-auto short:*:shrink-0 short:[&>:nth-child(2)]:min-h-[80dvh]">
            <SessionHeader
              project={project}
              session={session}
              actions={actions}
              isPanelOpen={isPanelOpen}
              onTogglePanel={() => setPanelOpen(!isPanelOpen)}
            />
            {isReady ? (
              <ChatView tail={tail} />
            ) : (
              <div className="min-h-0 flex-1 overflow-hidden">
                {isStarting ? <StartingOnly>{tail}</StartingOnly> : <ChatSkeleton />}
              </div>
            )}
            <div className="px-4 pb-3 sm:px-6">
              <TaskList place={place} isLive={canSend} />
              <Composer
                ref={composer}
                draftKey={`${project}/${thread}`}
                placeholder={placeholder(session, isAllowed, source)}
                isDisabled={isAllowed === false}
                attachRefusal={canSend ? undefined : texts.attach.notRunning}
                source={source}
                onSend={send}
                onInterrupt={() => command(api.interrupt(project, name), { method: "POST" })}
              />
              <SessionFooter session={session} connection={connection} />
            </div>
          </main>
          {isPanelOpen ? <SidePanel project={project} session={session} onClose={() => setPanelOpen(false)} /> : null}
        </div>
      </ChatProvider>
    </ThreadProvider>
  );
}

function StartingOnly({ children }: { children: React.ReactNode }) {
  return <div className="mx-auto max-w-[768px] px-4 py-6 sm:px-6">{children}</div>;
}

function placeholder(session: AgenticSession, isAllowed: boolean | undefined, source: CompletionSource): string {
  const state = sessionState(session);
  const words = texts.composer;
  if (isAllowed === false) return words.placeholderReadOnly;
  if (state.isEnded) return words.placeholderStopped;
  if (state.glyph === "waiting") return words.placeholderWaiting;
  if (session.status?.phase !== "Running") return words.placeholderStarting;
  const keys = [
    ...(source.commands.length > 0 ? [words.forCommands] : []),
    ...(source.folder === undefined ? [] : [words.forFiles]),
  ];
  return keys.length === 0 ? words.placeholder : words.placeholderWith(keys.join(words.and));
}
