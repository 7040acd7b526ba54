"use client";
import { Clock3 } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Spinner } from "@/components/ui/spinner";
import { texts } from "@/lib/texts";
import { UserBubble } from "../chat/user-message";
import type { OutgoingMessage } from "./outbox";
import type { OutboxHandle } from "./use-outbox";

export function OutgoingMessages({ outbox, canSend }: { outbox: OutboxHandle; canSend: boolean }) {
  return outbox.messages.map((message) => (
    <div key={message.id} className="mb-4 grid justify-items-end gap-1">
      <div className="w-full opacity-70">
        <UserBubble>{message.text}</UserBubble>
      </div>
      <Delivery message={message} outbox={outbox} canSend={canSend} />
    </div>
  ));
}

function Delivery({ message, outbox, canSend }: { message: OutgoingMessage; outbox: OutboxHandle; canSend: boolean }) {
  const { state } = message;
  if (state.type === "failed")
    return (
      <p role="alert" className="flex flex-wrap items-center justify-end gap-x-2 text-xs text-bad">
        {texts.composer.failed}: {state.reason}
        <Button size="sm" variant="link" onClick={() => outbox.retry(message.id)}>
          {texts.composer.retry}
        </Button>
        <Button size="sm" variant="link" onClick={() => outbox.discard(message.id)}>
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
      <Button size="sm" variant="link" onClick={() => outbox.discard(message.id)}>
        {texts.composer.cancelQueued}
      </Button>
    </p>
  );
}
