"use client";
/** Messages on their way, below the conversation: what each waits for, and what can be done about it. */
import { Clock3 } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Spinner } from "@/components/ui/spinner";
import * as texts from "@/lib/texts";
import { SentFiles } from "../chat/sent-files";
import { UserBubble } from "../chat/user-message";
import type { OutgoingMessage } from "./outbox";
import type { OutboxHandle } from "./use-outbox";

interface OutgoingMessagesProps {
  outbox: OutboxHandle;
  canSend: boolean;
  /** Puts a message back where it is written. */
  onEdit: (message: OutgoingMessage) => void;
}

export function OutgoingMessages({ outbox, canSend, onEdit }: OutgoingMessagesProps) {
  return outbox.messages.map((message) => (
    <div key={message.id} className="mb-4 grid justify-items-end gap-1">
      <div className="w-full opacity-80">
        <UserBubble>
          {message.text === "" ? null : <p>{message.text}</p>}
          <SentFiles paths={message.files.map((file) => file.path ?? file.name)} />
        </UserBubble>
      </div>
      <Delivery message={message} outbox={outbox} canSend={canSend} onEdit={onEdit} />
    </div>
  ));
}

function Delivery({ message, outbox, canSend, onEdit }: OutgoingMessagesProps & { message: OutgoingMessage }) {
  const { state } = message;
  const edit = () => void outbox.discard(message.id).then((isOut) => (isOut ? onEdit(message) : undefined));
  const editButton = (
    <Button size="sm" variant="link" onClick={edit}>
      {texts.composer.edit}
    </Button>
  );
  if (state.type === "failed")
    return (
      <p role="alert" className="flex flex-wrap items-center justify-end gap-x-2 text-xs text-bad">
        {texts.composer.failed}: {state.reason}
        <Button size="sm" variant="link" onClick={() => outbox.retry(message.id)}>
          {texts.composer.retry}
        </Button>
        {editButton}
        <Button size="sm" variant="link" onClick={() => void outbox.discard(message.id)}>
          {texts.composer.discard}
        </Button>
      </p>
    );
  const isQueued = state.type === "accepted" && state.isQueued;
  const isHeld = state.type === "waiting" && !canSend;
  if (!isQueued && !isHeld)
    return (
      <p className="flex items-center gap-1.5 text-xs text-ink-3">
        <Spinner className="size-3" />
        {texts.composer.sending}
      </p>
    );
  return (
    <p className="flex items-center gap-2 text-xs text-ink-3">
      <Clock3 aria-hidden className="size-3" />
      {isQueued ? texts.composer.queued : texts.composer.waitsForStart}
      {editButton}
      <Button size="sm" variant="link" onClick={() => void outbox.discard(message.id)}>
        {texts.composer.cancelQueued}
      </Button>
    </p>
  );
}
