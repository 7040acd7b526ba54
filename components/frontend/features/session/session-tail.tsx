"use client";
/** What stands below the conversation: messages on their way, the steps of a start, the sign that the agent works. */
import type { AgenticSession } from "@pilothouse/contracts";
import { WorkingLine } from "../chat/working-line";
import type { OutgoingMessage } from "../composer/outbox";
import { OutgoingMessages } from "../composer/outgoing-messages";
import type { OutboxHandle } from "../composer/use-outbox";
import { useThread } from "../thread/thread-context";
import { ChildSessionList } from "../child-sessions/child-session-list";
import { QueuedByOthers } from "../composer/queued-by-others";
import { startupOf } from "./startup-steps";
import { StartupView } from "./startup-view";

interface SessionTailProps {
  project: string;
  session: AgenticSession;
  outbox: OutboxHandle;
  canSend: boolean;
  onEdit: (message: OutgoingMessage) => void;
}

export function SessionTail({ project, session, outbox, canSend, onEdit }: SessionTailProps) {
  const isWorking = useThread((state) => state.run !== undefined);
  const isStarting = startupOf(session) !== undefined;
  return (
    <>
      <OutgoingMessages outbox={outbox} canSend={canSend} onEdit={onEdit} />
      {/* A run proves that the start is over, whatever the status still says. */}
      {isStarting && !isWorking ? <StartupView project={project} session={session} /> : null}
      <QueuedByOthers outbox={outbox.messages} canSend={canSend} />
      {canSend ? <WorkingLine progress={session.status?.agent?.progress} /> : null}
      <ChildSessionList project={project} session={session} />
    </>
  );
}
