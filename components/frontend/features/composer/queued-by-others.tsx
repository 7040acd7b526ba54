"use client";
import { Clock3 } from "lucide-react";
import { Button } from "@/components/ui/button";
import * as texts from "@/lib/texts";
import { useChat } from "../chat/chat-context";
import { UserBubble } from "../chat/user-message";
import type { Outbox } from "./outbox";
import { useQueue } from "./use-queue";

/** How much of a message the server tells of. */
const PREVIEW_CHARACTERS = 200;

export function QueuedByOthers({ outbox, canSend }: { outbox: Outbox; canSend: boolean }) {
  const { place } = useChat();
  return place === undefined ? null : <Queue place={place} outbox={outbox} canSend={canSend} />;
}

function Queue(props: { place: { project: string; session: string }; outbox: Outbox; canSend: boolean }) {
  const { me, canAct } = useChat();
  const { others, cancel } = useQueue(props.place, props.outbox, props.canSend);
  return others.map((item) => (
    <div key={item.id} className="mb-4 grid justify-items-end gap-1">
      <div className="w-full opacity-80">
        <UserBubble
          who={
            item.sender === undefined || item.sender.userId === me
              ? undefined
              : (item.sender.displayName ?? item.sender.userId)
          }
        >
          <p>
            {item.preview ?? texts.composer.noPreview}
            {(item.preview?.length ?? 0) >= PREVIEW_CHARACTERS ? "…" : ""}
          </p>
        </UserBubble>
      </div>
      <p className="flex items-center gap-2 text-xs text-ink-3">
        <Clock3 aria-hidden className="size-3" />
        {texts.composer.queued}
        {canAct === "yes" ? (
          <Button size="sm" variant="link" onClick={() => void cancel(item.id)}>
            {texts.composer.cancelQueued}
          </Button>
        ) : null}
      </p>
    </div>
  ));
}
